"""Reads the metadata of SAML identity providers anew, so that a changed certificate is known in time."""

from __future__ import annotations

import logging

from django.db import transaction

from accounts.audit import record
from accounts.models import IdentityProvider
from accounts.sso.door import checked_target, door_fetch
from mino.common.outbound import OutboundError
from mino.sign_in_providers import saml_metadata

logger = logging.getLogger(__name__)
OK = 200


def metadata_refresh() -> int:
    """Read the metadata of all providers that have an address for it; says how many changed.

    What can't be read, or is of another issuer, changes nothing: what is known stays good.
    """
    described = IdentityProvider.objects.exclude(metadata_url="").filter(organization__deleted_at=None)
    return sum(_refresh(provider) for provider in described.select_related("organization").iterator(chunk_size=100))


def _refresh(provider: IdentityProvider) -> bool:
    try:
        answer = door_fetch(provider.metadata_url)
        if answer.status != OK:
            raise ValueError(f"status {answer.status}")
        found = saml_metadata(answer.body, entity_id=provider.issuer)
        checked_target(found["sso_url"])
        if found["entity_id"] != provider.issuer:
            raise ValueError(f"they are of {found['entity_id'][:200]!r}")
    except (OutboundError, ValueError) as error:
        logger.warning("The metadata of organization %s can't be used: %s", provider.organization_id, error)
        return False
    before = {"certificates": provider.certificates, "sign_in_url": provider.sign_in_url}
    after = {"certificates": found["certificates"], "sign_in_url": found["sso_url"]}
    if before == after:
        return False
    with transaction.atomic():
        same = IdentityProvider.objects.filter(pk=provider.pk, updated_at=provider.updated_at)
        if not same.update(**after):  # somebody has just connected it anew
            return False
        was, now = ({**side, "certificates": len(side["certificates"])} for side in (before, after))
        record(
            "sso.provider_changed",
            provider,
            organization=provider.organization,
            before={**was, "metadata": "as before"},
            after={**now, "metadata": "read anew"},
        )
    return True
