"""What is done to an execution while it runs, and to its failed rows."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.agents.base import ErrorCode
from executions.api.execution_shapes import ControlledExecution
from executions.api.finding import find_execution
from executions.api.starting_shapes import Money
from executions.costs.estimating import HIGHEST_TOTAL, SMALLEST
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.locking import Controlled
from executions.services.requeueing import MOST_AT_ONCE, jobs_requeue
from executions.services.tuning import execution_set_budget, execution_set_concurrency, execution_set_max_retries
from mino.common.api.fields import Choice, Integer
from mino.common.api.operation import operation
from mino.common.api.serializers import Taken

CONTROL: dict[str, Any] = {
    "scope": Scope.RUN_EXECUTIONS,
    "answers": ControlledExecution,
    "errors": ["INVALID_STATE"],
}


class ConcurrencyChoice(Taken):
    """How many rows may run at the same time."""

    example: ClassVar[Any] = {"concurrency": 10}

    concurrency = Integer(min_value=1, max_value=MAX_CONCURRENCY)


class RetriesChoice(Taken):
    """How often a row may be retried."""

    example: ClassVar[Any] = {"max_retries": 2}

    max_retries = Integer(min_value=0, max_value=MAX_RETRIES)


class BudgetChoice(Taken):
    """What the agent may cost."""

    example: ClassVar[Any] = {"budget": None}

    budget = Money(
        min_value=float(SMALLEST), max_value=float(HIGHEST_TOTAL), allow_null=True, help_text="null: no limit."
    )


class FailedChoice(Taken):
    """Which failed rows are meant."""

    example: ClassVar[Any] = {"error_code": "TIMEOUT"}

    error_code = Choice(
        choices=[(code.value, code.value) for code in ErrorCode],
        required=False,
        help_text="Only rows with this error. Left out: all that failed.",
    )


class ControlView(ApiView):
    """Base of the controls."""

    heading = "Executions"

    def controlled(self, done: Controlled) -> Response:
        """The execution as it is now, and how many jobs were touched."""
        return self.answer(done.execution, ControlledExecution, affected_jobs=done.affected_jobs)


class ExecutionPause(ControlView):
    """Pausing."""

    @operation("execution_pause", "Pause an execution", **CONTROL)
    def post(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Start nothing more; what runs ends by itself. `affected_jobs` wait from now on.

        A paused execution stays as it is: 0 jobs are touched. The partner in a pair pauses with it.
        """
        execution = find_execution(request, execution_id)
        return self.controlled(execution_pause(execution.pk, user=request.user))


class ExecutionResume(ControlView):
    """Going on."""

    @operation("execution_resume", "Resume an execution", idempotent=True, **CONTROL)
    def post(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Go on with exactly what is left; `affected_jobs` may start again.

        An execution under way stays as it is. Where a budget is used up, raise it first.
        """
        execution = find_execution(request, execution_id)
        return self.controlled(execution_resume(execution.pk, user=request.user))


class ExecutionStop(ControlView):
    """Stopping."""

    @operation("execution_stop", "Stop an execution", **CONTROL)
    def post(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Stop for good. What is done is kept, and what runs is called off; `affected_jobs` did not come to an end.

        A stopped execution stays as it is. The partner in a pair stops with it.
        """
        execution = find_execution(request, execution_id)
        return self.controlled(execution_stop(execution.pk, user=request.user))


class ExecutionConcurrency(ControlView):
    """How many rows run at the same time."""

    @operation("execution_concurrency_set", "Set the concurrency", takes=ConcurrencyChoice, **CONTROL)
    def put(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Let so many rows run at the same time from now on; `affected_jobs` are the slots more or fewer.

        What runs beyond a lower number ends by itself. While the agent throttles, a higher one is reached step by step.
        """
        execution = find_execution(request, execution_id)
        return self.controlled(execution_set_concurrency(execution.pk, values["concurrency"], user=request.user))


class ExecutionMaxRetries(ControlView):
    """How often a row is retried."""

    @operation("execution_max_retries_set", "Set the number of retries", takes=RetriesChoice, **CONTROL)
    def put(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Retry a row at most so often; `affected_jobs` waited for one retry more, and have failed now."""
        execution = find_execution(request, execution_id)
        return self.controlled(execution_set_max_retries(execution.pk, values["max_retries"], user=request.user))


class ExecutionBudget(ControlView):
    """What the agent may cost."""

    @operation("execution_budget_set", "Set the budget", takes=BudgetChoice, **CONTROL)
    def put(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Spend at most so much on the agent, or without a limit. It does not resume what was paused at the old one."""
        execution = find_execution(request, execution_id)
        return self.controlled(execution_set_budget(execution.pk, values["budget"], user=request.user))


class ExecutionRetryFailed(ControlView):
    """Failed rows anew."""

    @operation("execution_retry_failed", "Retry failed rows", takes=FailedChoice, idempotent=True, **CONTROL)
    def post(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Queue the rows that failed again within this execution, all or those with one error; `affected_jobs` of them.

        It takes on the first 10,000 of them, in the order of the execution; asked for once more, it goes on with the
        rest. Each gets its full number of retries anew, and a completed execution runs again.
        """
        execution = find_execution(request, execution_id)
        code = values.get("error_code", "")
        done = jobs_requeue(execution.pk, user=request.user, error_code=code, most=MOST_AT_ONCE)
        return self.controlled(done)
