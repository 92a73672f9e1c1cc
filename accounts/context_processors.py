"""What every template may ask for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Organization


def workspace(request: HttpRequest) -> dict[str, Any]:
    """`organization` (the current one or None), `organizations` (those the user is in, by name) and `is_guest`.

    The last two are asked only if used; `is_guest` says whether the user has no role in the current organization.
    """
    organization = getattr(request, "organization", None)

    def organizations() -> list[Organization]:
        return list(Organization.objects.of(request.user).order_by("name", "id"))

    def is_guest() -> bool:
        return organization is not None and not request.user.has_perm("accounts.view", organization)

    return {
        "organization": organization,
        "organizations": SimpleLazyObject(organizations),
        "is_guest": SimpleLazyObject(is_guest),
    }
