"""Changes to API keys. The key itself is in what `api_key_create` and `api_key_rotate` answer, and nowhere after."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.api_keys.scopes import Scope
from accounts.api_keys.shape import digests_of, new_key, prefix_of
from accounts.audit import record
from accounts.authors import person_of
from accounts.members.holding import organization_held, required_now
from accounts.models import ApiKey, Organization
from accounts.permissions import Principal
from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.values.clean import clean_text

MAX_KEYS: Final = 100
"""How many of an organization may be active at once."""
MAX_NAME: Final = 100
MAX_PROJECTS: Final = 100
OVERLAP: Final = timedelta(hours=24)
"""For so long a rotated key goes on working beside the new one."""

FURTHEST: Final = timedelta(days=36500)
"""No moment further away: the last ones that calendars have can't be shown in every time zone."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, with the text to show once."""

    api_key: ApiKey
    text: str

    def __repr__(self) -> str:
        return f"<NewKey {self.api_key.prefix}…>"


@sensitive_variables("made")
def api_key_create(
    *,
    organization: Organization,
    user: Principal | None,
    name: str,
    scopes: Collection[str],
    project_ids: Collection[uuid.UUID] | None = None,
    expires_at: datetime | None = None,
) -> NewKey:
    """Create a key with these scopes; `project_ids` limits it to projects (None: all that there are and will be).

    Raises InvalidInput, InvalidState when there are too many, or PermissionDenied.
    """
    with transaction.atomic():
        held = _held(organization, user)
        key = ApiKey(
            organization=held,
            name=_checked_name(name),
            scopes=_checked_scopes(scopes),
            project_ids=_checked_projects(project_ids),
            expires_at=_checked_expiry(expires_at),
            created_by=person_of(user),
        )
        _refuse_many(held)
        made = _save_new(key)
        record("api_key.created", key, organization=held, after=_told(key), by=user)
    return made


@transaction.atomic
def api_key_revoke(*, api_key: ApiKey, user: Principal | None) -> ApiKey:
    """End a key at once, for ever. Again changes nothing. Raises PermissionDenied."""
    _held(api_key.organization, user)
    locked: ApiKey = ApiKey.objects.select_for_update(of=("self",)).get(pk=api_key.pk)
    if locked.revoked_at is None:
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at", "updated_at"])
        record("api_key.revoked", locked, organization=api_key.organization, before=_told(locked), by=user)
    return locked


@sensitive_variables("made")
def api_key_rotate(*, api_key: ApiKey, user: Principal | None, overlap: timedelta = OVERLAP) -> NewKey:
    """Make a key that may the same, and let the old one end after `overlap`, or when it would have ended anyway.

    Raises InvalidState for a key that ended or was rotated before, or PermissionDenied.
    """
    with transaction.atomic():
        held = _held(api_key.organization, user)
        old: ApiKey = ApiKey.objects.select_for_update(of=("self",)).get(pk=api_key.pk)
        if old.status != "active":
            raise InvalidState(f"This key is {old.status}. Create a new one.")
        if old.replaced_by_id is not None:
            raise InvalidState("This key was rotated already: it ends by itself. Rotate the key that took its place.")
        _refuse_many(held)
        made = _save_new(
            ApiKey(
                organization=held,
                name=old.name,
                scopes=old.scopes,
                project_ids=old.project_ids,
                expires_at=old.expires_at,
                created_by=person_of(user),
            )
        )
        ends = timezone.now() + overlap
        old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
        old.replaced_by = made.api_key
        old.save(update_fields=["expires_at", "replaced_by", "updated_at"])
        ended, begun = {"prefix": old.prefix}, {"prefix": made.api_key.prefix, "old one ends": old.expires_at}
        record("api_key.rotated", old, organization=held, before=ended, after=begun, by=user)
    return made


def _held(organization: Organization, user: Principal | None) -> Organization:
    """The organization, locked, once it is known that the user is allowed now: also who was an owner a moment ago."""
    held = organization_held(organization)
    required_now(user, "accounts.manage_api_keys", held)
    return held


@sensitive_variables("text")
def _save_new(key: ApiKey) -> NewKey:
    text = new_key()
    key.prefix, key.digest = prefix_of(text), digests_of(text)[0]
    key.save(force_insert=True)
    return NewKey(key, text)


def _told(key: ApiKey) -> dict[str, object]:
    """What the audit trail tells of a key."""
    projects = key.project_ids or "all"
    return {"prefix": key.prefix, "scopes": key.scopes, "projects": projects, "expires_at": key.expires_at}


def _refuse_many(organization: Organization) -> None:
    keys = ApiKey.objects.filter(organization=organization, revoked_at__isnull=True)
    if keys.exclude(expires_at__lte=timezone.now()).count() >= MAX_KEYS:
        raise InvalidState(f"An organization has at most {MAX_KEYS} active API keys. Revoke some first.")


def _checked_name(name: str) -> str:
    text = clean_text(" ".join(name.split()))
    if not 1 <= len(text) <= MAX_NAME:
        raise _wrong("name", f"Give the key a name of 1 to {MAX_NAME} characters, such as the program that uses it.")
    return text


def _checked_scopes(scopes: Collection[str]) -> list[str]:
    unknown = next((one for one in scopes if one not in Scope.values), None)
    if unknown is not None:
        raise _wrong("scopes", f"There is no scope “{unknown:.50}”. There are: {', '.join(Scope.values)}.")
    if not scopes:
        raise _wrong("scopes", "Choose at least one scope: a key without any may do nothing.")
    return [scope for scope in Scope.values if scope in scopes]


def _checked_projects(project_ids: Collection[uuid.UUID] | None) -> list[str] | None:
    if project_ids is None:
        return None
    if not 1 <= len(set(project_ids)) <= MAX_PROJECTS:
        raise _wrong("project_ids", f"Choose 1 to {MAX_PROJECTS} projects, or let the key reach all of them.")
    return sorted({str(one) for one in project_ids})


def _checked_expiry(expires_at: datetime | None) -> datetime | None:
    if expires_at is None:
        return None
    now = timezone.now()
    if not now < expires_at <= now + FURTHEST:
        raise _wrong(
            "expires_at", "Choose a moment in the next hundred years, or none: then the key works until it is revoked."
        )
    return expires_at.astimezone(UTC)


def _wrong(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, details=[Detail(path, message)])
