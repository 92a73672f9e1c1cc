"""Organizations."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework.response import Response

from accounts.api import shapes
from accounts.api.base import ApiRequest, ApiView
from accounts.members.holding import organization_held
from accounts.members.roles import guest_leave, member_leave
from accounts.models import Organization
from accounts.organizations.services import organization_update
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.listing import Listing
from mino.common.api.operation import operation

ORGANIZATIONS = Listing(shapes.Organization, {"name": Key("name"), "created_at": Key("created_at")}, default="name")


class OrganizationList(ApiView):
    """The organizations of who asks."""

    heading = "Organizations"
    outside = True

    @operation("organization_list", "List organizations", listing=ORGANIZATIONS)
    def get(self, request: ApiRequest) -> Response:
        """The organizations that you belong to; of an API key its own."""
        return self.page(Organization.objects.visible_to(request.user), user=request.user)


class OrganizationDetail(ApiView):
    """One of them."""

    heading = "Organizations"
    outside = True

    @operation("organization_read", "Read an organization", answers=shapes.Organization)
    def get(self, request: ApiRequest, organization_id: uuid.UUID) -> Response:
        """Name and plan of an organization that you belong to."""
        found = self.find(Organization.objects.visible_to(request.user), pk=organization_id)
        return self.answer(found, shapes.Organization, user=request.user)

    @operation(
        "organization_update",
        "Change an organization",
        people_only=True,
        takes=shapes.OrganizationChange,
        answers=shapes.Organization,
        conditional=True,
        errors=["ALREADY_EXISTS", "INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, organization_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give an organization another name or short name. Needs an admin."""
        found = self.find(Organization.objects.visible_to(request.user), pk=organization_id)
        require(request.user, "accounts.manage_settings", found)
        with self.edited(found, shapes.Organization, lock=_lock) as current:
            wanted = {"name": current.name, "slug": current.slug, **values}
            organization_update(organization=current, user=request.person, **wanted)
        return self.answer(found, shapes.Organization, user=request.user)


class OrganizationLeaving(ApiView):
    """Leaving one of them."""

    heading = "People"
    outside = True

    @operation("organization_leave", "Leave an organization", people_only=True, status=204, errors=["INVALID_STATE"])
    def post(self, request: ApiRequest, organization_id: uuid.UUID) -> Response:
        """End your own membership, or your place as a guest, and with it all that you were granted there.

        The last owner can't leave (`INVALID_STATE`).
        """
        found = self.find(Organization.objects.visible_to(request.user), pk=organization_id)
        member_leave(organization=found, user=request.person)
        guest_leave(organization=found, user=request.person)
        return self.nothing()


def _lock(organization: Organization) -> None:
    organization_held(organization)
