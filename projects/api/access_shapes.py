"""What the endpoints about who sees a project take and give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework import serializers

from accounts.api.people_shapes import EXAMPLE_USER, Person
from accounts.models import Membership, Role
from accounts.models.invitation import MAX_ADDRESS
from mino.common.api.fields import Boolean, Choice, Text
from mino.common.api.serializers import Given, Taken
from projects.models import Level

MEANS = "`view` is what a viewer may do on the project, `work` what a member may."


class Visibility(Taken):
    """Whether a project is private."""

    example = {"is_private": True}

    is_private = Boolean()


class Grant(Given):
    """What a person was given on a project. Its id is the person's: each has at most one."""

    edited = ("level",)
    example = {
        "id": EXAMPLE_USER["id"],
        "user": EXAMPLE_USER,
        "email": "mara@northlight.example",
        "level": "work",
        "role": "viewer",
    }

    id = serializers.UUIDField(source="user_id")
    user = Person(required=False)
    email = serializers.EmailField(source="user.email", required=False)
    level = serializers.ChoiceField(
        choices=Level.choices, source="permission.codename", required=False, help_text=MEANS
    )
    role = serializers.ChoiceField(
        choices=Role.choices,
        required=False,
        allow_null=True,
        help_text="Of the person in the organization; guests: null.",
    )

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the people and their roles."""
        places = Membership.objects.filter(organization=OuterRef("content_object__organization"), user=OuterRef("user"))
        loaded = queryset.select_related("user", "permission")
        return loaded.annotate(role=Subquery(places.values("role")[:1])) if "role" in fields else loaded


class LevelChoice(Taken):
    """Another level."""

    example = {"level": "work"}

    level = Choice(choices=Level.choices, help_text=MEANS)


class AccessNew(Taken):
    """Who gets access, and to what extent."""

    example = {"email": "gil@agency.example", "level": "view"}

    email = Text(max_length=MAX_ADDRESS)
    level = Choice(choices=Level.choices, help_text=MEANS)


class Access(Given):
    """What somebody was given."""

    example = {
        "id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "email": "gil@agency.example",
        "level": "view",
        "is_invited": True,
    }

    id = serializers.UUIDField(help_text="Of the person or, if invited, of the promised grant.")
    email = serializers.EmailField(required=False)
    level = serializers.ChoiceField(choices=Level.choices, required=False)
    is_invited = serializers.BooleanField(
        required=False, help_text="Whether it begins only when an invitation is accepted."
    )


class PromisedGrant(Given):
    """A grant that begins when an invitation is accepted."""

    example = {
        "id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "email": "gil@agency.example",
        "level": "view",
        "invitation_id": "019c1a53-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "expires_at": "2026-01-16T14:30:00Z",
    }

    id = serializers.UUIDField()
    email = serializers.EmailField(source="invitation.email", required=False)
    level = serializers.ChoiceField(choices=Level.choices, required=False, help_text=MEANS)
    invitation_id = serializers.UUIDField(required=False)
    expires_at = serializers.DateTimeField(source="invitation.expires_at", required=False)

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the invitations."""
        return queryset.select_related("invitation")
