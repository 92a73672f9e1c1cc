"""How long an organization keeps things."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.members.holding import organization_held
from accounts.models import Organization
from accounts.organizations.retention import KINDS, retention_update
from accounts.permissions import require
from mino.common.api.fields import Integer
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken

NULL = "Null: as long as the installation."
MANAGE = "accounts.manage_settings"
NAMES = tuple(kind.column for kind in KINDS)


class RetentionBounds(serializers.Serializer[Any]):
    """Within what an organization can choose."""

    name = serializers.ChoiceField(choices=NAMES)
    shortest = serializers.IntegerField()
    longest = serializers.IntegerField(help_text="What the installation keeps it for.")


class RetentionGiven(Given):
    """For how many days an organization, whose id it has, keeps what."""

    edited = NAMES
    example: ClassVar[Any] = {
        "id": "019c1a52-6f8e-7c3a-9a54-0a4f5a1c2d3e",
        "screenshot_days": 14,
        "raw_result_days": None,
        "audit_days": None,
        "bounds": [
            {"name": "screenshot_days", "shortest": 1, "longest": 30},
            {"name": "raw_result_days", "shortest": 1, "longest": 180},
            {"name": "audit_days", "shortest": 90, "longest": 730},
        ],
    }

    id = serializers.UUIDField()
    screenshot_days = serializers.IntegerField(
        allow_null=True, required=False, help_text=f"Pictures of the pages that agents saw. {NULL}"
    )
    raw_result_days = serializers.IntegerField(
        allow_null=True, required=False, help_text=f"What agents answered, word by word. {NULL}"
    )
    audit_days = serializers.IntegerField(allow_null=True, required=False, help_text=f"The audit trail. {NULL}")
    bounds = RetentionBounds(many=True, required=False)

    def to_representation(self, instance: Organization) -> Any:
        """What the organization chose, and the bounds."""
        bounds = [
            {"name": kind.column, "shortest": kind.shortest_days, "longest": kind.installation_days} for kind in KINDS
        ]
        own = {kind.column: kind.own_days_of(instance) for kind in KINDS}
        return super().to_representation({"id": instance.pk, **own, "bounds": bounds})


class RetentionChange(Taken):
    """What is to be changed; what is left out stays."""

    example = {"screenshot_days": 14, "raw_result_days": None}

    screenshot_days = Integer(min_value=1, allow_null=True, required=False, help_text=NULL)
    raw_result_days = Integer(min_value=1, allow_null=True, required=False, help_text=NULL)
    audit_days = Integer(min_value=1, allow_null=True, required=False, help_text=NULL)


class Retention(ApiView):
    """How long screenshots, raw answers and the audit trail are kept."""

    heading = "Organizations"

    @operation("retention_read", "Read how long things are kept", people_only=True, answers=RetentionGiven)
    def get(self, request: ApiRequest) -> Response:
        """For how many days the organization keeps what, and within which bounds it can choose. Needs an admin."""
        require(request.user, MANAGE, request.organization)
        return self.answer(request.organization, RetentionGiven)

    @operation(
        "retention_update",
        "Change how long things are kept",
        people_only=True,
        takes=RetentionChange,
        answers=RetentionGiven,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Keep things for a shorter time than the installation, or as long again. Needs an admin.

        What is too old by then is removed within the hour, for good.
        """
        require(request.user, MANAGE, request.organization)
        with self.edited(request.organization, RetentionGiven, lock=_lock) as current:
            days = {kind.column: kind.own_days_of(current) for kind in KINDS}
            retention_update(organization=current, user=request.person, days={**days, **values})
        return self.answer(request.organization, RetentionGiven)


def _lock(organization: Organization) -> None:
    organization_held(organization)
