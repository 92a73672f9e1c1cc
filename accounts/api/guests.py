"""The guests of an organization. What they see is granted on each project."""

from __future__ import annotations

import uuid

from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.members import PeopleFilter
from accounts.api.people_shapes import GuestGiven
from accounts.members.roles import guest_remove
from accounts.models import Guest
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.listing import Listing
from mino.common.api.operation import operation

GUESTS = Listing(GuestGiven, {"joined_at": Key("joined_at")}, default="joined_at", filters=PeopleFilter)


class GuestList(ApiView):
    """The guests of an organization."""

    heading = "People"

    @operation("guest_list", "List guests", people_only=True, listing=GUESTS)
    def get(self, request: ApiRequest) -> Response:
        """Who sees single projects without being a member, those who joined first at the beginning. Needs an admin."""
        require(request.user, "accounts.manage_members", request.organization)
        return self.page(Guest.objects.filter(organization=request.organization))


class GuestDetail(ApiView):
    """One of them."""

    heading = "People"

    @operation("guest_read", "Read a guest", people_only=True, answers=GuestGiven)
    def get(self, request: ApiRequest, guest_id: uuid.UUID) -> Response:
        """One guest. Needs an admin."""
        return self.answer(_guest(self, request, guest_id), GuestGiven)

    @operation("guest_remove", "Show a guest out", people_only=True, status=204, errors=["INVALID_STATE"])
    def delete(self, request: ApiRequest, guest_id: uuid.UUID) -> Response:
        """End all that a guest was granted here. Needs an admin."""
        guest_remove(guest=_guest(self, request, guest_id), user=request.person)
        return self.nothing()


def _guest(view: ApiView, request: ApiRequest, guest_id: uuid.UUID) -> Guest:
    require(request.user, "accounts.manage_members", request.organization)
    guests = Guest.objects.filter(organization=request.organization).select_related("organization", "user")
    return view.find(guests, pk=guest_id)
