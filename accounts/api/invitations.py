"""Invitations to an organization."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.people_shapes import INVITED_AS, InvitationGiven, InvitationNew
from accounts.members import invitations as services
from accounts.models import Invitation
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.filters import ListFilter, SearchFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import given

MANAGE = "accounts.manage_members"


class InvitationFilter(ListFilter):
    """What the list of invitations can be narrowed to."""

    search = SearchFilter(field_name="email", lookup_expr="icontains", help_text="A part of the address.")
    role = WordsFilter(choices=[(role, role) for role in INVITED_AS])


INVITATIONS = Listing(InvitationGiven, {"sent_at": Key("sent_at")}, default="-sent_at", filters=InvitationFilter)


class InvitationList(ApiView):
    """The invitations of an organization."""

    heading = "People"

    @operation("invitation_list", "List invitations", people_only=True, listing=INVITATIONS)
    def get(self, request: ApiRequest) -> Response:
        """Those that wait for an answer, also expired ones, the newest first. Needs an admin."""
        require(request.user, MANAGE, request.organization)
        return self.page(Invitation.objects.pending().filter(organization=request.organization))

    @operation(
        "invitation_create",
        "Invite people",
        people_only=True,
        takes=InvitationNew,
        answers=InvitationGiven,
        many=True,
        status=201,
        idempotent=True,
        errors=["ALREADY_EXISTS", "INVALID_STATE"],
    )
    def post(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Send each address a link that works for seven days: all of them, or nobody if something is wrong with one.

        At most 50 mails in 24 hours. Needs an admin; only owners invite owners.
        """
        require(request.user, MANAGE, request.organization)
        made = services.invitations_create(organization=request.organization, user=request.person, **values)
        return Response({"data": given(InvitationGiven, made, many=True)}, status=201)


class InvitationDetail(ApiView):
    """One invitation."""

    heading = "People"

    @operation("invitation_read", "Read an invitation", people_only=True, answers=InvitationGiven)
    def get(self, request: ApiRequest, invitation_id: uuid.UUID) -> Response:
        """How it stands, up to 30 days after its end. Needs an admin."""
        return self.answer(_invitation(self, request, invitation_id), InvitationGiven)

    @operation("invitation_revoke", "Withdraw an invitation", people_only=True, status=204, errors=["INVALID_STATE"])
    def delete(self, request: ApiRequest, invitation_id: uuid.UUID) -> Response:
        """Make its link worthless. Again changes nothing. Needs an admin.

        One that was accepted or sent again is refused: another link, or a membership, stands in its place.
        """
        services.invitation_revoke(invitation=_invitation(self, request, invitation_id), user=request.person)
        return self.nothing()


class InvitationResending(ApiView):
    """Sending an invitation again."""

    heading = "People"

    @operation(
        "invitation_resend",
        "Send an invitation again",
        people_only=True,
        answers=InvitationGiven,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, invitation_id: uuid.UUID) -> Response:
        """Send a new link for seven more days: a new invitation in the place of this one, whose link stops working.

        It counts among the 50 mails of 24 hours. Needs an admin.
        """
        old = _invitation(self, request, invitation_id)
        again = services.invitation_resend(invitation=old, user=request.person)
        return self.answer(again, InvitationGiven, created_at=reverse("api_invitation", args=[again.pk]))


def _invitation(view: ApiView, request: ApiRequest, invitation_id: uuid.UUID) -> Invitation:
    require(request.user, MANAGE, request.organization)
    mine = Invitation.objects.filter(organization=request.organization).select_related("organization")
    found: Invitation = view.find(mine, pk=invitation_id)
    return found
