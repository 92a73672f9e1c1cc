"""The controls of an execution: one address for each, all of them posted to."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.costs.estimating import HIGHEST_TOTAL, SMALLEST
from executions.models import Execution, ExecutionStatus, Job
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES
from executions.services import control as services
from executions.services.locking import ACT
from executions.services.requeueing import job_cancel, job_skip, jobs_requeue
from executions.services.tuning import execution_set_budget, execution_set_concurrency, execution_set_max_retries
from executions.views.answering import done, refused
from executions.views.finding import find_execution
from mino.common.errors import Detail, InvalidInput, ServiceError
from mino.common.ui.formats import money, number

Act = Callable[[WorkspaceRequest, Execution], str]
"""Does something with an execution and says what was done. Raises ServiceError."""
View = Callable[[WorkspaceRequest, str, uuid.UUID], HttpResponse]

CONCURRENCY = forms.IntegerField(min_value=1, max_value=MAX_CONCURRENCY)
RETRIES = forms.IntegerField(min_value=0, max_value=MAX_RETRIES)
BUDGET = forms.DecimalField(
    min_value=SMALLEST, max_value=HIGHEST_TOTAL, max_digits=14, decimal_places=6, required=False
)


def _control(act: Act) -> View:
    """The view that carries out `act` for those who may run executions."""

    @require_POST
    def view(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
        found = find_execution(request, execution_id)
        require(request.user, ACT, found.project)
        try:
            told = act(request, found)
        except ServiceError as error:
            return refused(request, execution_id, error)
        return done(request, execution_id, told)

    return view


def _pause(request: WorkspaceRequest, execution: Execution) -> str:
    result = services.execution_pause(execution.pk, user=request.user)
    running = result.execution.running_jobs
    return f"Execution {execution.number} is paused." + (f" {_rows(running)} under way will end." if running else "")


def _resume(request: WorkspaceRequest, execution: Execution) -> str:
    result = services.execution_resume(execution.pk, user=request.user)
    probing = " One row is tried first." if result.execution.is_probing else ""
    return f"Execution {execution.number} goes on.{probing}"


def _stop(request: WorkspaceRequest, execution: Execution) -> str:
    result = services.execution_stop(execution.pk, user=request.user)
    stopped = f" {_rows(result.affected_jobs)} did not come to an end." if result.affected_jobs else ""
    return f"Execution {execution.number} is stopped.{stopped}"


def _set_concurrency(request: WorkspaceRequest, execution: Execution) -> str:
    # Without scripts the buttons beside the number say what it becomes; with them they have changed the number itself.
    name = "to" if "to" in request.POST and not request.htmx else "concurrency"
    wanted = _read(request, name, CONCURRENCY, "concurrency")
    execution_set_concurrency(execution.pk, wanted, user=request.user)
    return f"{_rows(wanted)} may run at the same time."


def _set_max_retries(request: WorkspaceRequest, execution: Execution) -> str:
    wanted = _read(request, "max_retries", RETRIES)
    result = execution_set_max_retries(execution.pk, wanted, user=request.user)
    given_up = f" {_rows(result.affected_jobs)} waited for one more and failed." if result.affected_jobs else ""
    return f"A row is retried at most {wanted} time{'' if wanted == 1 else 's'}.{given_up}"


def _set_budget(request: WorkspaceRequest, execution: Execution) -> str:
    """Change the budget and, where the form asks for it, go on."""
    budget = _read(request, "budget", BUDGET)
    execution_set_budget(execution.pk, budget, user=request.user)
    told = "There is no budget any more." if budget is None else f"The budget is {money(budget, execution.currency)}."
    if "resume" not in request.POST:
        return told
    return f"{told} {_resume(request, execution)}"


def _retry_failed(request: WorkspaceRequest, execution: Execution) -> str:
    """Queue the failed rows again: all of them, or those with one error code."""
    code = request.POST.get("error_code", "")
    result = jobs_requeue(execution.pk, user=request.user, error_code=code)
    if not result.affected_jobs:
        return "No failed row was left to run again."
    paused = " once the execution is resumed" if result.execution.status == ExecutionStatus.PAUSED else ""
    return f"{_rows(result.affected_jobs)} will run again{paused}."


def _cancel_job(request: WorkspaceRequest, execution: Execution) -> str:
    job = _job(request, execution)
    job_cancel(job.pk, user=request.user)
    return f"Row {job.row_position} is cancelled."


def _skip_job(request: WorkspaceRequest, execution: Execution) -> str:
    job = _job(request, execution)
    job_skip(job.pk, user=request.user)
    return f"Row {job.row_position} is skipped."


def _read(request: WorkspaceRequest, name: str, field: Any, path: str = "") -> Any:
    """The value of a field. Raises InvalidInput with the field's own sentence."""
    try:
        return field.clean(request.POST.get(name, ""))
    except ValidationError as error:
        message = " ".join(error.messages)
        raise InvalidInput(message, details=[Detail(path or name, message)]) from error


def _job(request: WorkspaceRequest, execution: Execution) -> Job:
    """The job of the execution that the form names. Raises InvalidInput when it names none."""
    try:
        return Job.objects.only("row_position").get(execution=execution, pk=request.POST.get("job", ""))
    except (Job.DoesNotExist, ValidationError) as error:
        raise InvalidInput("This row does not belong to the execution. Load the page again.") from error


def _rows(count: int) -> str:
    return f"{number(count)} row{'' if count == 1 else 's'}"


CONTROLS: Mapping[str, View] = {
    "pause": _control(_pause),
    "resume": _control(_resume),
    "stop": _control(_stop),
    "concurrency": _control(_set_concurrency),
    "max-retries": _control(_set_max_retries),
    "budget": _control(_set_budget),
    "retry-failed": _control(_retry_failed),
    "cancel-row": _control(_cancel_job),
    "skip-row": _control(_skip_job),
}
"""By the last part of the address. The names of the addresses are `execution_pause`, `execution_retry_failed` ..."""
