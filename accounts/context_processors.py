"""What every template may ask for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership


def workspace(request: HttpRequest) -> dict[str, Any]:
    """`organization` (the current one or None) and `memberships` (the user's, by name; asked only if used)."""
    organization = getattr(request, "organization", None)

    def memberships() -> list[Membership]:
        if not request.user.is_authenticated:
            return []
        mine = Membership.objects.filter(user=request.user.pk).select_related("organization")
        return list(mine.order_by("organization__name", "organization_id"))

    return {
        "organization": organization,
        "memberships": SimpleLazyObject(memberships),
    }
