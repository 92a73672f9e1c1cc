"""What the endpoints about organizations take and give."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Plan
from accounts.models.organization import MAX_NAME, MAX_SLUG
from mino.common.api.fields import Text
from mino.common.api.serializers import Given, Taken


class Organization(Given):
    """A workspace. Everything belongs to exactly one."""

    edited = ("name", "slug")
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

    @extend_schema_field(serializers.ChoiceField(choices=Plan.choices, allow_null=True))
    def get_plan(self, organization: Any) -> str | None:
        """The plan, for those who have a role."""
        return str(organization.plan) if self.context["user"].has_perm("accounts.view", organization) else None


class OrganizationChange(Taken):
    """What is to be changed; what is left out stays."""

    example = {"name": "Northlight Retail AG"}

    name = Text(max_length=MAX_NAME, required=False)
    slug = Text(
        max_length=MAX_SLUG,
        required=False,
        help_text="Small letters, digits and hyphens. Links with the old one lead on, and nobody else can take it.",
    )
