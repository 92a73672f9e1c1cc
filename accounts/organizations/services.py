"""Changes to an organization's name and short name."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.members.holding import organization_held, required_now
from accounts.models import FormerSlug, Organization, User
from accounts.models.organization import MAX_NAME, MAX_SLUG, SLUG
from mino.common.errors import AlreadyExists, Detail, InvalidInput
from mino.common.values.clean import clean_text

MOST_FORMER = 10
"""How many old short names an organization keeps; the oldest is free for others after that."""


def organization_update(*, organization: Organization, user: User | None, name: str, slug: str) -> Organization:
    """Give an organization another name or short name. Links with the old short name lead on, and it stays reserved.

    Raises InvalidInput, AlreadyExists when somebody has or had the short name, or PermissionDenied.
    """
    name, slug = _checked(name, slug)
    try:
        with transaction.atomic():
            held = organization_held(organization)
            required_now(user, "accounts.manage_settings", held)
            before = {"name": held.name, "slug": held.slug}
            if slug != held.slug:
                _change_slug(held, slug)
            held.name, held.slug = name, slug
            held.save(update_fields=["name", "slug", "updated_at"])
            refuse_reserved(slug, held)  # afterwards: whoever gave it up while this waited has reserved it by now
            record("organization.updated", held, organization=held, before=before, after=_told(held), by=user)
    except IntegrityError:
        raise slug_taken(slug) from None
    return held


def refuse_reserved(slug: str, organization: Organization | None = None) -> None:
    """Raise AlreadyExists for a short name that another organization had."""
    if FormerSlug.objects.filter(slug=slug).exclude(organization=organization).exists():
        raise slug_taken(slug)


def slug_taken(slug: str) -> AlreadyExists:
    """The error for a short name that somebody has or had."""
    message = f"The short name “{slug}” is taken. Choose another."
    return AlreadyExists(message, details=[Detail("slug", message)])


def _change_slug(organization: Organization, slug: str) -> None:
    own = FormerSlug.objects.filter(organization=organization)
    own.filter(slug=slug).delete()
    FormerSlug.objects.create(organization=organization, slug=organization.slug, retired_at=timezone.now())
    kept = own.order_by("-retired_at", "-id").values_list("pk", flat=True)[:MOST_FORMER]
    own.exclude(pk__in=list(kept)).delete()


def _checked(name: str, slug: str) -> tuple[str, str]:
    name = " ".join(clean_text(name).split())
    if not 1 <= len(name) <= MAX_NAME:
        raise _wrong("name", f"Give the organization a name of 1 to {MAX_NAME} characters.")
    slug = slug.strip()
    try:
        SLUG(slug)
    except ValidationError:
        raise _wrong("slug", str(SLUG.message)) from None
    if len(slug) > MAX_SLUG:
        raise _wrong("slug", f"Use at most {MAX_SLUG} characters.")
    return name, slug


def _wrong(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, details=[Detail(path, message)])


def _told(organization: Organization) -> dict[str, str]:
    return {"name": organization.name, "slug": organization.slug}
