"""How much of its plan an organization uses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.limits.requests import requests_room
from accounts.limits.standing import Standing, executions_standing, projects_standing
from accounts.limits.usage import months_of, since_the_first
from accounts.models import Organization, Plan
from accounts.permissions import require
from mino.common.api.operation import operation
from mino.common.api.serializers import Given


class UsedGiven(serializers.Serializer[Any]):
    """How many there are, and how many there may be."""

    current = serializers.IntegerField()
    maximum = serializers.IntegerField(allow_null=True, help_text="Null: without limit.")
    resets_at = serializers.DateTimeField(allow_null=True, help_text="When the count begins anew or sinks, if it does.")


class MonthUsedGiven(serializers.Serializer[Any]):
    """What was used in one month."""

    month = serializers.DateField(help_text="Its first day, UTC.")
    projects = serializers.IntegerField(help_text="How many there were at last.")
    executions = serializers.IntegerField(help_text="Those that were started.")
    requests = serializers.IntegerField(help_text="Those to the API.")
    rows = serializers.IntegerField(help_text="Those that were run.")
    costs = serializers.DictField(child=serializers.FloatField(), help_text="What agents cost, by currency.")


class UsageGiven(Given):
    """The usage of an organization, whose id it has."""

    example: ClassVar[Any] = {
        "id": "019c1a52-6f8e-7c3a-9a54-0a4f5a1c2d3e",
        "plan": "pro",
        "projects": {"current": 12, "maximum": 50, "resets_at": None},
        "executions": {"current": 340, "maximum": 2000, "resets_at": "2026-02-01T00:00:00Z"},
        "requests": {"current": 118, "maximum": 1000, "resets_at": "2026-01-09T15:20:00Z"},
        "months": [
            {
                "month": "2026-01-01",
                "projects": 12,
                "executions": 340,
                "requests": 20418,
                "rows": 96000,
                "costs": {"USD": 412.5},
            }
        ],
    }

    id = serializers.UUIDField()
    plan = serializers.ChoiceField(choices=Plan.choices, required=False)
    projects = UsedGiven(required=False)
    executions = UsedGiven(required=False, help_text="Those that were started this month.")
    requests = UsedGiven(
        allow_null=True, required=False, help_text="Those of the last hour; null when nobody can say just now."
    )
    months = MonthUsedGiven(many=True, required=False, help_text="Of the last twelve, the newest first.")


class Usage(ApiView):
    """The usage of the organization."""

    heading = "Organizations"

    @operation("usage_read", "Read the usage", people_only=True, answers=UsageGiven)
    def get(self, request: ApiRequest) -> Response:
        """How much of each limit of the plan is used, and what was used in the months before; for admins and owners."""
        require(request.user, "accounts.view_usage", request.organization)
        return self.answer(_usage(request.organization), UsageGiven)


def _usage(organization: Organization) -> dict[str, Any]:
    now = timezone.now()
    room = requests_room(organization)
    return {
        "id": organization.pk,
        "plan": organization.plan,
        "projects": _used(projects_standing(organization)),
        "executions": _used(executions_standing(organization, now=now)),
        "requests": room
        and {
            "current": room.counted,
            "maximum": room.limit,
            "resets_at": now + timedelta(seconds=room.reset) if room.counted else None,
        },
        "months": since_the_first(months_of(organization, now)),
    }


def _used(standing: Standing) -> dict[str, Any]:
    return {"current": standing.current, "maximum": standing.maximum, "resets_at": standing.reset}
