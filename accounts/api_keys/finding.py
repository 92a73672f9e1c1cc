"""Finds the key that a request brings, and notes that it was used."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.api_keys.shape import digests_of, is_well_formed
from accounts.models import ApiKey
from mino.common.requests import client_address

logger = logging.getLogger(__name__)
NOTED_EVERY: Final = timedelta(minutes=1)
UNKNOWN: Final = "This API key is not known. Check that it was copied whole."


class KeyRefused(Exception):
    """The key opens nothing. The message says why, in a sentence."""


@sensitive_variables()
def api_key_find(text: str) -> ApiKey:
    """The active key of this text, with its organization. Raises KeyRefused."""
    if not is_well_formed(text):
        raise KeyRefused("This is no API key of MINO: it is cut off, or has a slip. Copy it anew.")
    digests = digests_of(text)
    key: ApiKey | None = ApiKey.objects.select_related("organization").filter(digest__in=digests).first()
    if key is None or key.organization.deleted_at is not None:
        raise KeyRefused(UNKNOWN)
    if key.status == "revoked":
        raise KeyRefused("This API key was revoked. Ask an owner of the organization for a new one.")
    if key.status == "expired":
        raise KeyRefused("This API key has expired. Ask an owner of the organization for a new one.")
    if key.digest != digests[0]:
        # The encryption keys were changed: from now on the digest goes with the one in use.
        ApiKey.objects.filter(pk=key.pk, digest=key.digest).update(digest=digests[0])
    return key


def api_key_used(key: ApiKey, request: HttpRequest) -> None:
    """Note when and from where it was used, at most once a minute. A database that is too busy costs no request."""
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - NOTED_EVERY:
        return
    due = ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY), pk=key.pk)
    try:
        due.update(last_used_at=now, last_used_address=client_address(request) or None)
    except DatabaseError as error:
        logger.warning("That an API key was used could not be noted: %s", error)
