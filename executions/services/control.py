"""Pauses, resumes and stops executions. Asking for the state already reached changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.permissions import Principal
from executions.engine.money import budget_sentence, next_cost
from executions.engine.pairing import PARTNER_PAUSED, hold_partner
from executions.engine.waking import wake_preparation, wake_slots
from executions.models import AgentCredential, Execution, ExecutionStatus
from executions.services.ending import end_running, end_waiting
from executions.services.holding import hold_execution, paused_seconds_until
from executions.services.locking import Controlled, give_back, lock_with_partner
from executions.telling import execution_tell
from executions.transitions import move
from mino.common.errors import InvalidState
from mino.common.hooks import execution_finished

BREAKER_EXEMPT = ("BUDGET_REACHED", PARTNER_PAUSED)
"""Reasons of a pause after which no single job has to be tried first."""


def execution_pause(execution_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Start nothing more; what runs ends by itself. `affected_jobs` counts the jobs that wait from now on.

    The partner in a pair pauses with it. Raises InvalidState when the execution has ended, PermissionDenied.
    """
    with transaction.atomic():
        (execution, _), *partners = lock_with_partner(execution_id, user)
        if execution.status == ExecutionStatus.PAUSED:
            return Controlled(execution)
        before = {"status": execution.status}
        now = timezone.now()
        if not hold_execution(execution, code="", reason="", now=now, paused_by=user):
            raise InvalidState(f"Execution {execution.number} is {execution.status} and can't be paused.")
        for partner, _ in partners:
            hold_partner(partner, execution.number, "", now)
        execution.refresh_from_db()
        _record("execution.paused", execution, [one for one, _ in partners], user, before)
        return Controlled(execution, execution.queued_jobs + execution.retrying_jobs)


def execution_resume(execution_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Go on with exactly the rest. After the circuit breaker one job is tried first.

    The partner in a pair goes on with it. `affected_jobs` counts the jobs that may start again. Raises InvalidState
    when the execution has ended or a budget does not allow another attempt, PermissionDenied.
    """
    with transaction.atomic():
        both = [execution for execution, _ in lock_with_partner(execution_id, user)]
        execution = both[0]
        if execution.status in (ExecutionStatus.RUNNING, ExecutionStatus.QUEUED):
            return Controlled(execution)
        if execution.status != ExecutionStatus.PAUSED:
            raise InvalidState(f"Execution {execution.number} is {execution.status} and can't be resumed.")
        paused = [one for one in both if one.status == ExecutionStatus.PAUSED]
        for one in paused:
            _check_budget(one, of_partner=one is not execution)
        before = {"status": execution.status, "reason": execution.status_reason or None}
        for one in paused:
            _go_on(one)
        _record("execution.resumed", execution, paused[1:], user, before)
        return Controlled(execution, execution.queued_jobs + execution.retrying_jobs)


def _go_on(execution: Execution) -> None:
    now = timezone.now()
    move(
        Execution.objects.filter(pk=execution.pk),
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
    execution_tell(execution.pk, *([] if execution.started_at else ["execution.started"]), "execution.resumed")
    execution.refresh_from_db()
    _wake(execution)


def execution_stop(execution_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Stop for good: what is done is kept, nothing starts any more, and what runs is called off, also remotely.

    The partner in a pair stops with it unless it has ended. `affected_jobs` counts the jobs that were stopped, those of
    the partner aside. Raises InvalidState when the execution has ended otherwise, PermissionDenied.
    """
    with transaction.atomic():
        both = lock_with_partner(execution_id, user)
        execution, now = both[0][0], timezone.now()
        stopped, partners = 0, []
        if execution.status != ExecutionStatus.STOPPED:
            if execution.is_finished:
                raise InvalidState(f"Execution {execution.number} is {execution.status} and can't be stopped.")
            before = {"status": execution.status}
            unfinished = [(one, credential) for one, credential in both if not one.is_finished]
            stopped, *_ = [_stop(one, credential, now) for one, credential in unfinished]
            partners = [one.pk for one, _ in both[1:]]
            execution.refresh_from_db(fields=["status"])
            _record("execution.stopped", execution, [one for one, _ in unfinished[1:]], user, before)
    stopped += end_waiting(execution_id)
    for partner in partners:
        end_waiting(partner)
    execution.refresh_from_db()
    return Controlled(execution, stopped)


def _record(
    action: str,
    execution: Execution,
    partners: Sequence[Execution],
    user: Principal | None,
    before: Mapping[str, object],
) -> None:
    """One entry of the audit trail, which names the partner that does the same."""
    after: dict[str, object] = {"status": execution.status}
    if partners:
        after["with"] = ", ".join(str(one) for one in partners)
    record(action, execution, organization=execution.organization_id, before=before, after=after, by=user)


def _stop(execution: Execution, credential: AgentCredential | None, now: datetime) -> int:
    end_execution(execution, ExecutionStatus.STOPPED, now)
    give_back(credential, execution.running_jobs)
    ended = end_running(execution, now)
    execution_tell(execution.pk, "execution.stopped")
    return ended


def end_execution(execution: Execution, status: ExecutionStatus, now: datetime, **values: str) -> bool:
    """Move an unfinished execution that is under lock to its last status. Answers whether it was unfinished."""
    mine = Execution.objects.filter(pk=execution.pk)
    seconds = paused_seconds_until(execution, now)
    moved = move(mine, status, finished_at=now, paused_seconds=seconds, is_probing=False, **values)
    if moved:
        execution_finished.call(execution.pk)
    return moved == 1


def _check_budget(execution: Execution, *, of_partner: bool) -> None:
    cost = next_cost(execution)
    if execution.budget is not None and cost is not None and execution.cost + cost > execution.budget:
        whose = f"In execution {execution.number}, its partner: " if of_partner else ""
        raise InvalidState(f"{whose}{budget_sentence(execution, execution.cost)} Raise the budget first.")


def _wake(execution: Execution) -> None:
    if execution.prepared_jobs < execution.total_jobs:
        wake_preparation(execution.pk)
    waiting = execution.queued_jobs + execution.retrying_jobs
    wake_slots(1 if execution.is_probing else min(execution.effective_concurrency - execution.running_jobs, waiting))
