"""What the endpoints about members, invitations and guests take and give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import AUTHOR, Author
from accounts.members.invitations import A_DAY
from accounts.models import GUEST, Ending, Invitation, Membership, Role
from accounts.models.invitation import MAX_ADDRESS
from mino.common.api.fields import Choice, Several, Text
from mino.common.api.serializers import Given, Taken

PENDING, EXPIRED = "pending", "expired"
STATUSES = [PENDING, EXPIRED, *Ending.values]
INVITED_AS = [*Role.values, GUEST]
EXAMPLE_USER = {"id": "019c1a52-7c00-7a2b-9c3d-1e2f3a4b5c6d", "name": "Mara Lindt"}


class Person(serializers.Serializer[Any]):
    """Somebody with an account."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="display_name")


def with_people(queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
    """`queryset` with the person and who invited them, where these fields are wanted."""
    wanted = {"user": {"user", "email", "is_active"}, "invited_by": {"invited_by"}}
    related = [name for name, needed_for in wanted.items() if needed_for & set(fields)]
    return queryset.select_related(*related) if related else queryset


class Member(Given):
    """A person in the organization."""

    edited = ("role",)
    example = {
        "id": "019c1a52-7d10-7f45-8a11-5f2e9a0b1c2d",
        "user": EXAMPLE_USER,
        "email": "mara@northlight.example",
        "role": "owner",
        "is_active": True,
        "invited_by": None,
        "invited_at": None,
        "joined_at": "2026-01-05T09:00:00Z",
    }

    id = serializers.UUIDField()
    user = Person(required=False)
    email = serializers.EmailField(source="user.email", required=False)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    is_active = serializers.BooleanField(
        source="user.is_active", required=False, help_text="False: the account is switched off."
    )
    invited_by = Author(person="invited_by", key=None)
    invited_at = serializers.DateTimeField(required=False, allow_null=True)
    joined_at = serializers.DateTimeField(required=False, allow_null=True)

    @classmethod
    def load(cls, queryset: QuerySet[Membership], fields: Collection[str]) -> QuerySet[Any]:
        """With the people."""
        return with_people(queryset, fields)


class MemberChange(Taken):
    """Another role."""

    example = {"role": "viewer"}

    role = Choice(choices=Role.choices)


class InvitationGiven(Given):
    """An invitation: one mail with one link, for one address. The link is in the mail alone."""

    example = {
        "id": "019c1a53-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "email": "nia@northlight.example",
        "role": "member",
        "status": "pending",
        "invited_by": AUTHOR,
        "invited_at": "2026-01-09T14:30:00Z",
        "sent_at": "2026-01-09T14:30:00Z",
        "expires_at": "2026-01-16T14:30:00Z",
        "ended_at": None,
        "is_undelivered": False,
    }

    id = serializers.UUIDField()
    email = serializers.EmailField(required=False)
    role = serializers.ChoiceField(
        choices=INVITED_AS, required=False, help_text="`guest`: sees the promised projects only."
    )
    status = serializers.SerializerMethodField(required=False, help_text="`replaced`: it was sent again.")
    invited_by = Author(person="invited_by", key=None)
    invited_at = serializers.DateTimeField(required=False)
    sent_at = serializers.DateTimeField(required=False)
    expires_at = serializers.DateTimeField(required=False)
    ended_at = serializers.DateTimeField(required=False, allow_null=True)
    is_undelivered = serializers.BooleanField(required=False, help_text="Whether the mail could not be sent.")

    @extend_schema_field(serializers.ChoiceField(choices=STATUSES))
    def get_status(self, invitation: Invitation) -> str:
        """How it ended, or whether it can still be accepted."""
        return str(invitation.ending or (EXPIRED if invitation.is_expired() else PENDING))

    @classmethod
    def load(cls, queryset: QuerySet[Invitation], fields: Collection[str]) -> QuerySet[Any]:
        """With who invites."""
        return with_people(queryset, {"invited_by"} & set(fields))


class InvitationNew(Taken):
    """Whom to invite, and as what."""

    example = {"emails": ["nia@northlight.example", "tom@northlight.example"], "role": "member"}

    emails = Several(child=Text(max_length=MAX_ADDRESS), min_length=1, max_length=A_DAY)
    role = Choice(choices=Role.choices, help_text="Guests are invited to projects, by their grants.")


class GuestGiven(Given):
    """A person who sees single projects without being a member."""

    example = {
        "id": "019c1a54-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "user": {"id": "019c1a54-0a00-7a2b-9c3d-1e2f3a4b5c6d", "name": "Gil Moss"},
        "email": "gil@agency.example",
        "is_active": True,
        "invited_by": AUTHOR,
        "invited_at": "2026-01-09T14:30:00Z",
        "joined_at": "2026-01-10T08:00:00Z",
    }

    id = serializers.UUIDField()
    user = Person(required=False)
    email = serializers.EmailField(source="user.email", required=False)
    is_active = serializers.BooleanField(
        source="user.is_active", required=False, help_text="False: the account is switched off."
    )
    invited_by = Author(person="invited_by", key=None)
    invited_at = serializers.DateTimeField(required=False, allow_null=True)
    joined_at = serializers.DateTimeField(required=False)

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the people."""
        return with_people(queryset, fields)
