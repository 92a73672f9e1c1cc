"""Executions: the list, one of them, and starting one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from executions.agents.registry import AGENTS
from executions.api.execution_shapes import ExecutionGiven, ExecutionNew
from executions.api.finding import find_execution
from executions.defaults.services import defaults_of
from executions.models import Execution, ExecutionStatus, ExecutionType
from executions.services.creation import execution_create
from executions.services.locking import ACT
from mino.common.api.cursors import Key
from mino.common.api.errors import ApiError, invalid
from mino.common.api.filters import IdFilter, ListFilter, MomentFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.errors import Detail, InvalidInput
from projects.api.finding import find_batch
from projects.models import Batch, InstructionVersion


class ExecutionFilter(ListFilter):
    """What the list of executions can be narrowed to."""

    project_id = IdFilter(field_name="project")
    batch_id = IdFilter(field_name="batch")
    status = WordsFilter(choices=ExecutionStatus.choices)
    type = WordsFilter(choices=ExecutionType.choices)
    agent = WordsFilter(choices=[(kind.name, kind.label) for kind in AGENTS.values()])
    created_after = MomentFilter(field_name="created_at", lookup_expr="gt")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")


EXECUTIONS = Listing(ExecutionGiven, {"created_at": Key("created_at")}, filters=ExecutionFilter)


class ExecutionList(ApiView):
    """The executions of an organization."""

    heading = "Executions"

    @operation("execution_list", "List executions", scope=Scope.READ_RESULTS, listing=EXECUTIONS)
    def get(self, request: ApiRequest) -> Response:
        """The executions that you may see, the newest first."""
        return self.page(Execution.objects.visible_to(request.user).filter(organization=request.organization))


class BatchExecutions(ApiView):
    """Executions over a batch."""

    heading = "Executions"

    @operation(
        "execution_create",
        "Start an execution",
        scope=Scope.RUN_EXECUTIONS,
        takes=ExecutionNew,
        answers=ExecutionGiven,
        status=201,
        idempotent=True,
        errors=[
            "BATCH_EMPTY",
            "AGENT_UNAUTHORIZED",
            "EXECUTION_ALREADY_RUNNING",
            "INVALID_STATE",
            "QUOTA_EXCEEDED",
        ],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Run an instruction version by an agent over rows of a batch. It starts at once, and costs what the agent
        costs.

        The same batch, version, agent and type a second time while the first is under way is refused, unless you
        `allow_parallel`: so a request that was sent twice by mistake is not paid twice.
        """
        batch = find_batch(request, batch_id)
        require(request.user, ACT, batch.project)
        chosen = _with_defaults(batch, values)
        version = _version(batch, chosen.pop("instruction_version", None))
        execution = execution_create(batch=batch, user=request.user, instruction_version=version, **chosen)
        return self.answer(execution, ExecutionGiven, created_at=reverse("api_execution", args=[execution.pk]))


class ExecutionDetail(ApiView):
    """One execution."""

    heading = "Executions"

    @operation("execution_read", "Read an execution", scope=Scope.READ_RESULTS, answers=ExecutionGiven)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """How it stands, with its figures; `include=column_figures` has the outcomes of each column."""
        return self.answer(find_execution(request, execution_id), ExecutionGiven)


def _with_defaults(batch: Batch, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, over what runs of the organization begin with. Raises ApiError when nothing says which agent."""
    chosen = {**defaults_of(batch.organization_id), **values}
    runnable = [kind.name for kind in AGENTS.values() if kind.build]
    if "agent" not in chosen:
        raise ApiError("MISSING_FIELD", f"Name an agent: {', '.join(runnable)}.", path="agent")
    if chosen["agent"] in AGENTS and chosen["agent"] not in runnable:
        raise invalid("agent", f"No worker runs this agent. Choose one of {', '.join(runnable)}.")
    return chosen


def _version(batch: Batch, number: int | None) -> InstructionVersion:
    project = batch.project
    version = project.production_version if number is None else project.versions.filter(number=number).first()
    if version is None:
        message = "The project has no such version." if number else "The project has no production version: name one."
        raise InvalidInput(message, details=[Detail("instruction_version", message)])
    return version
