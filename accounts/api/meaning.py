"""Which organization a request means."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.api_keys.principal import ApiKeyPrincipal
from accounts.models import Organization, User
from accounts.sso.gate import address_to_sign_in
from mino.common.api.errors import ApiError

ORGANIZATION = "X-Mino-Organization"


def find_organization(request: Request) -> Organization:
    """The organization that is meant: the key's own, or the one of `X-Mino-Organization`, or the only one.

    Raises ApiError NOT_FOUND for one that can't be seen, and where the person is in none, MISSING_FIELD where several
    could be meant, or PermissionDenied for one that the sign-in does not open.
    """
    user: Any = request.user
    slug = request.headers.get(ORGANIZATION, "").strip()
    if isinstance(user, ApiKeyPrincipal):
        return _of_key(user, slug)
    return _named(user, slug) if slug else _only(user)


def _of_key(user: ApiKeyPrincipal, slug: str) -> Organization:
    own = user.api_key.organization
    if slug and slug != own.slug:
        message = f"This API key is of another organization. Leave the header out, or write “{own.slug}” into it."
        raise ApiError("NOT_FOUND", message, path=ORGANIZATION)
    return own


def _named(user: User, slug: str) -> Organization:
    found: Organization | None = Organization.objects.visible_to(user).filter(slug=slug[:100]).first()
    if found is not None:
        return found
    if closed := Organization.objects.of(user).filter(slug=slug[:100]).first():
        raise _closed(closed)
    message = f"There is no organization with the short name “{slug:.50}”, or you are not in it."
    raise ApiError("NOT_FOUND", message, path=ORGANIZATION)


def _only(user: User) -> Organization:
    seen: list[Organization] = list(Organization.objects.visible_to(user).order_by("pk")[:2])
    if len(seen) == 1:
        return seen[0]
    closed = list(Organization.objects.of(user).order_by("pk")[:2]) if not seen else []
    if not seen and not closed:
        raise ApiError("NOT_FOUND", "You are in no organization. Create one, or ask somebody to invite you to theirs.")
    if len(closed) == 1:
        raise _closed(closed[0])
    raise ApiError(
        "MISSING_FIELD",
        f"Say in the header {ORGANIZATION} which organization you mean, by its short name.",
        path=ORGANIZATION,
    )


def _closed(organization: Organization) -> PermissionDenied:
    address = settings.PUBLIC_URL + address_to_sign_in(organization)
    return PermissionDenied(
        f"{organization.name} asks for another way to sign in, or for a second factor. Do in this browser what "
        f"{address} asks for, then send the request again."
    )
