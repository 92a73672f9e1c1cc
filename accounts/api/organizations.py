"""Organizations and their people, to read."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from rest_framework.response import Response

from accounts.api import shapes
from accounts.api.base import ApiRequest, ApiView
from accounts.models import Membership, Organization
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.listing import Listing
from mino.common.api.operation import operation

ORGANIZATIONS = Listing(shapes.Organization, {"name": Key("name"), "created_at": Key("created_at")}, default="name")
MEMBERS = Listing(shapes.Member, {"joined_at": Key("joined_at", nullable=True)}, default="joined_at")


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


class MemberList(ApiView):
    """The people of an organization."""

    heading = "Organizations"

    @operation("member_list", "List members", people_only=True, listing=MEMBERS)
    def get(self, request: ApiRequest) -> Response:
        """The people in the organization, with their roles, those who joined first at the beginning."""
        require(request.user, "accounts.view", request.organization)  # guests see no members
        members: QuerySet[Membership] = Membership.objects.filter(organization=request.organization)
        return self.page(members)
