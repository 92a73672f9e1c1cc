"""Starting executions: over a batch, like an earlier one, or over the rows that failed; and what it would cost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from executions.agents.registry import AGENTS
from executions.api.execution_shapes import ExecutionGiven
from executions.api.finding import find_execution
from executions.api.starting_shapes import EstimateGiven, ExecutionLike, ExecutionNew, RerunChoice
from executions.costs.prices import currency, price_of
from executions.defaults.services import defaults_of
from executions.models import Execution
from executions.services.cloning import execution_clone, failed_rows_run
from executions.services.creation import AlreadyRunning, execution_create
from executions.services.forecasting import execution_forecast
from executions.services.locking import ACT
from mino.common.api.errors import ApiError, invalid
from mino.common.api.operation import operation
from mino.common.errors import Detail, InvalidInput
from projects.api.finding import find_batch
from projects.models import Batch, InstructionVersion, Project

START: dict[str, Any] = {
    "scope": Scope.RUN_EXECUTIONS,
    "answers": ExecutionGiven,
    "status": 201,
    "idempotent": True,
    "errors": ["BATCH_EMPTY", "AGENT_UNAUTHORIZED", "EXECUTION_ALREADY_RUNNING", "INVALID_STATE", "QUOTA_EXCEEDED"],
}


class StartView(ApiView):
    """Base of what starts an execution."""

    heading = "Executions"

    def started(self, execution: Execution) -> Response:
        """The new execution, with its address."""
        return self.answer(execution, ExecutionGiven, created_at=reverse("api_execution", args=[execution.pk]))


class BatchExecutions(StartView):
    """Executions over a batch."""

    @operation("execution_create", "Start an execution", takes=ExecutionNew, **START)
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Run an instruction version by an agent over rows of a batch. It starts at once, and costs what the agent
        costs.

        The same batch, version, agent and type a second time while the first is under way is refused, unless you
        `allow_parallel`: so a request that was sent twice by mistake is not paid twice.
        """
        batch = find_batch(request, batch_id)
        require(request.user, ACT, batch.project)
        chosen = with_defaults(batch, values)
        version = find_version(batch.project, chosen.pop("instruction_version", None))
        with naming_twin():
            execution = execution_create(batch=batch, user=request.user, instruction_version=version, **chosen)
        return self.started(execution)


class BatchEstimate(ApiView):
    """What an execution would cost."""

    heading = "Executions"

    @operation(
        "execution_estimate",
        "Estimate the cost",
        scope=Scope.RUN_EXECUTIONS,
        takes=ExecutionNew,
        answers=EstimateGiven,
        errors=["BATCH_EMPTY", "AGENT_UNAUTHORIZED"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Say what an execution of these rows would cost, without starting it. It takes what starting one takes.

        A choice that could not be run is refused in the same words, so that this also checks it. Whether the same is
        under way, and whether the plan allows one more, only starting it says.
        """
        batch = find_batch(request, batch_id)
        require(request.user, ACT, batch.project)
        chosen = with_defaults(batch, values)
        chosen.pop("allow_parallel")
        version = find_version(batch.project, chosen.pop("instruction_version", None))
        forecast = execution_forecast(batch=batch, user=request.user, instruction_version=version, **chosen)
        return self.answer(forecast, EstimateGiven)


class ExecutionClone(StartView):
    """An execution again."""

    @operation("execution_clone", "Run an execution again", takes=ExecutionLike, **START)
    def post(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Start the same as a new execution, with other settings where the body names them.

        Version, agent with its settings, limits, repeats, budget and the choice of rows are as they were; another agent
        gets its usual settings, another sample method its own rows. Columns and matching options are as the batch has
        them today. One of a pair comes without its partner.
        """
        like = find_execution(request, execution_id)
        require(request.user, ACT, like.project)
        if number := values.get("instruction_version"):
            values["instruction_version"] = find_version(like.project, number)
        if "agent" in values:
            check_runnable(values["agent"])
        with naming_twin():
            execution = execution_clone(like.pk, user=request.user, changes=values)
        return self.started(execution)


class ExecutionRerunFailed(StartView):
    """The failed rows of an execution as a new one."""

    @operation("execution_rerun_failed", "Run failed rows as a new execution", takes=RerunChoice, **START)
    def post(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Start a new execution like this one over the rows that failed in it; what is there stays as it is.

        To run them within the execution, which then changes its figures, retry them instead. Of an execution that was
        stopped or has failed, `status` names the rows that never came to an end: `["error", "stopped"]`.
        """
        execution = find_execution(request, execution_id)
        return self.started(failed_rows_run(execution.pk, user=request.user, statuses=values["status"]))


@contextmanager
def naming_twin() -> Iterator[None]:
    """Tell programs the id of the execution that runs the same already, so that they can wait for it or stop it."""
    try:
        yield
    except AlreadyRunning as error:
        error.details = (Detail("execution_id", str(error.execution_id)),)
        raise


def with_defaults(
    batch: Batch, values: Mapping[str, Any], path: str = "agent", beside: str | None = None
) -> dict[str, Any]:
    """The values, over what runs of the organization begin with.

    `beside` is another agent that runs within the same limits. Raises ApiError: at `path` for the agent, at `budget`
    where the organization's own can't be kept.
    """
    usual = defaults_of(batch.organization_id)
    chosen = {**usual, **values}
    if "agent" not in chosen:
        raise ApiError("MISSING_FIELD", f"Name an agent: {', '.join(_runnable())}.", path=path)
    check_runnable(chosen["agent"], path)
    if "budget" in usual and "budget" not in values:
        _refuse_unpriced([chosen["agent"], *([beside] if beside else [])], usual["budget"])
    return chosen


def _refuse_unpriced(agents: Sequence[str], budget: Decimal) -> None:
    """Refuse the budget that runs of the organization begin with where nobody knows what the agent costs."""
    for agent in agents:
        if agent in AGENTS and price_of(agent, timezone.now()) is None:
            message = (
                f"Runs of this organization begin with a budget of {budget.normalize():f} {currency()}, but no price "
                f"is set for {AGENTS[agent].label}, so that it can't be kept. Send null to go without one, or have the "
                "operator set a price in MINO_AGENT_PRICES."
            )
            raise invalid("budget", message)


def check_runnable(agent: str, path: str = "agent") -> None:
    """Raise ApiError for an agent that no worker runs. One that there is not is left to the services."""
    if agent in AGENTS and agent not in _runnable():
        raise invalid(path, f"No worker runs this agent. Choose one of {', '.join(_runnable())}.")


def find_version(project: Project, number: int | None, path: str = "instruction_version") -> InstructionVersion:
    """The version of that number; the production version for None. Raises InvalidInput at `path`."""
    version = project.production_version if number is None else project.versions.filter(number=number).first()
    if version is None:
        message = "The project has no such version." if number else "The project has no production version: name one."
        raise InvalidInput(message, details=[Detail(path, message)])
    return version


def _runnable() -> list[str]:
    return [kind.name for kind in AGENTS.values() if kind.build]
