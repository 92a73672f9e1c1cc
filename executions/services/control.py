"""Pauses, resumes and stops executions. Asking for the state already reached changes nothing."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Principal
from executions.engine.money import budget_sentence, next_cost
from executions.engine.waking import wake_preparation, wake_slots
from executions.models import Execution, ExecutionStatus
from executions.services.ending import end_running, end_waiting
from executions.services.holding import hold_execution, paused_seconds_until
from executions.services.locking import Controlled, give_back, lock_execution
from executions.transitions import move
from mino.common.errors import InvalidState

BREAKER_EXEMPT = ("BUDGET_REACHED",)
"""Reasons of a pause after which no single job has to be tried first."""


def execution_pause(execution_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Start nothing more; what runs ends by itself. `affected_jobs` counts the jobs that wait from now on.

    Raises InvalidState when the execution has ended, PermissionDenied.
    """
    with transaction.atomic():
        execution, _ = lock_execution(execution_id, user)
        if execution.status == ExecutionStatus.PAUSED:
            return Controlled(execution)
        person = user if isinstance(user, User) else None
        if not hold_execution(execution, code="", reason="", now=timezone.now(), paused_by=person):
            raise InvalidState(f"Execution {execution.number} is {execution.status} and can't be paused.")
        execution.refresh_from_db()
        return Controlled(execution, execution.queued_jobs + execution.retrying_jobs)


def execution_resume(execution_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Go on with exactly the rest. After the circuit breaker one job is tried first.

    `affected_jobs` counts the jobs that may start again. Raises InvalidState when the execution has ended or its budget
    does not allow another attempt, PermissionDenied.
    """
    with transaction.atomic():
        execution, _ = lock_execution(execution_id, user)
        if execution.status in (ExecutionStatus.RUNNING, ExecutionStatus.QUEUED):
            return Controlled(execution)
        if execution.status != ExecutionStatus.PAUSED:
            raise InvalidState(f"Execution {execution.number} is {execution.status} and can't be resumed.")
        _check_budget(execution)
        now = timezone.now()
        move(
            Execution.objects.filter(pk=execution_id),
            ExecutionStatus.RUNNING,
            source=ExecutionStatus.PAUSED,
            started_at=execution.started_at or now,
            resumed_at=now,
            paused_seconds=paused_seconds_until(execution, now),
            is_probing=bool(execution.status_code) and execution.status_code not in BREAKER_EXEMPT,
            status_code="",
            status_reason="",
            updated_at=now,
        )
        execution.refresh_from_db()
        _wake(execution)
        return Controlled(execution, execution.queued_jobs + execution.retrying_jobs)


def execution_stop(execution_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Stop for good: what is done is kept, nothing starts any more, and what runs is called off, also remotely.

    `affected_jobs` counts the jobs that were stopped. Raises InvalidState when the execution has ended otherwise,
    PermissionDenied.
    """
    with transaction.atomic():
        execution, credential = lock_execution(execution_id, user)
        now = timezone.now()
        stopped = 0
        if execution.status != ExecutionStatus.STOPPED:
            if not end_execution(execution, ExecutionStatus.STOPPED, now):
                raise InvalidState(f"Execution {execution.number} is {execution.status} and can't be stopped.")
            give_back(credential, execution.running_jobs)
            stopped = end_running(execution, now)
    stopped += end_waiting(execution_id)
    execution.refresh_from_db()
    return Controlled(execution, stopped)


def end_execution(execution: Execution, status: ExecutionStatus, now: datetime, **values: str) -> bool:
    """Move an unfinished execution that is under lock to its last status. Answers whether it was unfinished."""
    mine = Execution.objects.filter(pk=execution.pk)
    seconds = paused_seconds_until(execution, now)
    return move(mine, status, finished_at=now, paused_seconds=seconds, is_probing=False, **values) == 1


def _check_budget(execution: Execution) -> None:
    cost = next_cost(execution)
    if execution.budget is not None and cost is not None and execution.cost + cost > execution.budget:
        raise InvalidState(f"{budget_sentence(execution, execution.cost)} Raise the budget first.")


def _wake(execution: Execution) -> None:
    if execution.prepared_jobs < execution.total_jobs:
        wake_preparation(execution.pk)
    waiting = execution.queued_jobs + execution.retrying_jobs
    wake_slots(1 if execution.is_probing else min(execution.effective_concurrency - execution.running_jobs, waiting))
