"""What the endpoints about organizations and people take and give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Membership, Plan, Role
from mino.common.api.serializers import Given


class Organization(Given):
    """A workspace. Everything belongs to exactly one."""

    example = {
        "id": "019c1a52-6f8e-7c3a-9a54-0a4f5a1c2d3e",
        "slug": "northlight",
        "name": "Northlight Retail",
        "plan": "pro",
        "created_at": "2026-01-05T09:00:00Z",
    }

    id = serializers.UUIDField()
    slug = serializers.CharField(required=False, help_text="Its short name, as in addresses of pages.")
    name = serializers.CharField(required=False)
    plan = serializers.SerializerMethodField(required=False, help_text="Null for guests.")
    created_at = serializers.DateTimeField(required=False)

    @extend_schema_field({"type": ["string", "null"], "enum": [*Plan.values, None]})
    def get_plan(self, organization: Any) -> str | None:
        """The plan, for those who have a role."""
        return str(organization.plan) if self.context["user"].has_perm("accounts.view", organization) else None


class Person(serializers.Serializer[Any]):
    """Somebody who did something."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="display_name")


class Member(Given):
    """A person in the organization."""

    example = {
        "id": "019c1a52-7d10-7f45-8a11-5f2e9a0b1c2d",
        "user": {"id": "019c1a52-7c00-7a2b-9c3d-1e2f3a4b5c6d", "name": "Mara Lindt"},
        "email": "mara@northlight.example",
        "role": "owner",
        "joined_at": "2026-01-05T09:00:00Z",
    }

    id = serializers.UUIDField()
    user = Person(required=False)
    email = serializers.EmailField(source="user.email", required=False)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    joined_at = serializers.DateTimeField(required=False, allow_null=True)

    @classmethod
    def load(cls, queryset: QuerySet[Membership], fields: Collection[str]) -> QuerySet[Any]:
        """With the people."""
        return queryset.select_related("user") if {"user", "email"} & set(fields) else queryset
