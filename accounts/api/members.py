"""The members of an organization: for signed-in people alone, as everything about people."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.people_shapes import Member, MemberChange
from accounts.members import roles
from accounts.members.holding import organization_held
from accounts.members.queries import named
from accounts.models import Membership, Role
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.filters import ListFilter, SearchFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation

SEARCHED = "A part of the name or of the e-mail address."


class PeopleFilter(ListFilter):
    """What a list of people can be narrowed to."""

    search = SearchFilter(method="found", help_text=SEARCHED)

    def found(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those with the words in name or address."""
        return queryset.filter(named(value))


class MemberFilter(PeopleFilter):
    """What the list of members can be narrowed to."""

    role = WordsFilter(choices=Role.choices)


MEMBERS = Listing(Member, {"joined_at": Key("joined_at", nullable=True)}, default="joined_at", filters=MemberFilter)


class MemberList(ApiView):
    """The people of an organization."""

    heading = "People"

    @operation("member_list", "List members", people_only=True, listing=MEMBERS)
    def get(self, request: ApiRequest) -> Response:
        """The people in the organization, with their roles, those who joined first at the beginning."""
        require(request.user, "accounts.view", request.organization)  # guests see no members
        return self.page(Membership.objects.filter(organization=request.organization))


class MemberDetail(ApiView):
    """One of them."""

    heading = "People"

    @operation("member_read", "Read a member", people_only=True, answers=Member)
    def get(self, request: ApiRequest, membership_id: uuid.UUID) -> Response:
        """One person in the organization."""
        return self.answer(_member(self, request, membership_id, "accounts.view"), Member)

    @operation(
        "member_update",
        "Change a member's role",
        people_only=True,
        takes=MemberChange,
        answers=Member,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, membership_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give a member another role. Needs an admin; only owners make owners and change what an owner is.

        The last owner stays one (`INVALID_STATE`).
        """
        member = _member(self, request, membership_id, "accounts.change_roles")
        with self.edited(member, Member, lock=_lock) as current:
            roles.role_change(membership=current, role=values["role"], user=request.person)
        return self.answer(member, Member)

    @operation(
        "member_remove",
        "Remove a member",
        people_only=True,
        status=204,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def delete(self, request: ApiRequest, membership_id: uuid.UUID) -> Response:
        """End somebody's membership, and with it all that they were granted. Needs an admin, for an owner an owner.

        The last owner can't be removed (`INVALID_STATE`).
        """
        member = _member(self, request, membership_id, "accounts.manage_members")
        with self.unchanged(member, Member, _lock):
            roles.member_remove(membership=member, user=request.person)
        return self.nothing()


class OwnershipTransfer(ApiView):
    """Handing the organization over."""

    heading = "People"

    @operation(
        "ownership_transfer", "Hand the organization over", people_only=True, answers=Member, errors=["INVALID_STATE"]
    )
    def post(self, request: ApiRequest, membership_id: uuid.UUID) -> Response:
        """Make another member an owner, and yourself an admin. Needs an owner; the account must be switched on."""
        member = _member(self, request, membership_id, "accounts.delete")
        roles.ownership_transfer(membership=member, user=request.person)
        return self.answer(member, Member)


def _member(view: ApiView, request: ApiRequest, membership_id: uuid.UUID, permission: str) -> Membership:
    require(request.user, permission, request.organization)
    members = Membership.objects.filter(organization=request.organization).select_related("organization", "user")
    return view.find(members, pk=membership_id)


def _lock(member: Membership) -> None:
    organization_held(member.organization)
