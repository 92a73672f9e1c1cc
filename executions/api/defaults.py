"""What an organization's executions begin with where nothing else is said."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.members.holding import organization_held
from accounts.models import Organization
from accounts.permissions import require
from executions.api.starting_shapes import Money
from executions.costs.estimating import HIGHEST_TOTAL, SMALLEST
from executions.defaults.services import FIELDS, MANAGE, defaults_set
from executions.models import ExecutionDefaults
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES
from executions.services.checking import MAX_TIMEOUT
from mino.common.api.fields import Integer, Text
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken

FIRST = "Empty: none; a program then has to name one, and the form begins with the first that can be used."
BUDGET = "Null: no limit. An agent without a price keeps no budget: a program sends null to start it all the same."
OWN = "Seconds for one attempt; null: as many as the agent usually has."


class RunDefaultsGiven(Given):
    """What executions of an organization, whose id it has, begin with."""

    edited = FIELDS
    example: ClassVar[Any] = {
        "id": "019c1a52-6f8e-7c3a-9a54-0a4f5a1c2d3e",
        "agent": "local",
        "concurrency": 5,
        "max_retries": 3,
        "timeout": None,
        "budget": 20.0,
    }

    id = serializers.UUIDField(source="organization_id")
    agent = serializers.CharField(required=False, help_text=FIRST)
    concurrency = serializers.IntegerField(required=False)
    max_retries = serializers.IntegerField(required=False)
    timeout = serializers.IntegerField(allow_null=True, required=False, help_text=OWN)
    budget = serializers.FloatField(allow_null=True, required=False, help_text=BUDGET)

    def to_representation(self, instance: Organization) -> Any:
        """What was set for the organization, or what goes where nobody set anything."""
        return super().to_representation(_kept(instance))


class RunDefaultsChange(Taken):
    """What is to be changed; what is left out stays."""

    example: ClassVar[Any] = {"agent": "local", "concurrency": 10, "budget": 20}

    agent = Text(max_length=20, allow_blank=True, required=False, help_text=FIRST)
    concurrency = Integer(min_value=1, max_value=MAX_CONCURRENCY, required=False)
    max_retries = Integer(min_value=0, max_value=MAX_RETRIES, required=False)
    timeout = Integer(min_value=1, max_value=MAX_TIMEOUT, allow_null=True, required=False, help_text=OWN)
    budget = Money(
        min_value=float(SMALLEST),
        max_value=float(HIGHEST_TOTAL),
        allow_null=True,
        required=False,
        help_text=f"With at most six decimals. {BUDGET}",
    )


class RunDefaults(ApiView):
    """The agent and the limits that executions begin with."""

    heading = "Executions"

    @operation("run_defaults_read", "Read the run defaults", scope=Scope.RUN_EXECUTIONS, answers=RunDefaultsGiven)
    def get(self, request: ApiRequest) -> Response:
        """What an execution gets that is started without saying otherwise, here and in the form for a new run."""
        require(request.user, "accounts.view", request.organization)
        return self.answer(request.organization, RunDefaultsGiven)

    @operation(
        "run_defaults_update",
        "Change the run defaults",
        people_only=True,
        takes=RunDefaultsChange,
        answers=RunDefaultsGiven,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Change what executions begin with from now on; those that exist keep what they have. Needs an admin."""
        require(request.user, MANAGE, request.organization)
        with self.edited(request.organization, RunDefaultsGiven, lock=_lock) as current:
            kept = _kept(current)
            wanted = {**{name: getattr(kept, name) for name in FIELDS}, **values}
            defaults_set(organization=current, user=request.person, **wanted)
        return self.answer(request.organization, RunDefaultsGiven)


def _kept(organization: Organization) -> ExecutionDefaults:
    found = ExecutionDefaults.objects.filter(organization=organization).first()
    return found or ExecutionDefaults(organization=organization)


def _lock(organization: Organization) -> None:
    organization_held(organization)
