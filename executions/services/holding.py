"""Pauses an execution that is under lock, and counts how long it was paused."""

from __future__ import annotations

from datetime import datetime

from accounts.authors import author_fields
from accounts.permissions import Principal
from executions.models import Execution, ExecutionStatus
from executions.telling import execution_tell
from executions.transitions import move

BUDGET_REACHED = "BUDGET_REACHED"
"""The code of a pause for which the budget is the reason."""


def hold_execution(
    execution: Execution, *, code: str, reason: str, now: datetime, paused_by: Principal | None = None
) -> bool:
    """Pause with a reason (`code` is empty when a person or a program does it). Answers whether it went on until now.

    One that is paused already keeps the moment, and gets the reason if it has none. The caller holds the lock.
    """
    mine = Execution.objects.filter(pk=execution.pk)
    values = {"status_code": code, "status_reason": reason}
    actor = author_fields(paused_by, "paused_by", "paused_by_key")
    if move(mine, ExecutionStatus.PAUSED, paused_at=now, updated_at=now, **actor, **values):
        reached = ["execution.budget_reached"] if code == BUDGET_REACHED else []
        execution_tell(execution.pk, "execution.paused", *reached)
        return True
    if code:
        mine.filter(status=ExecutionStatus.PAUSED, status_code="").update(**values)
    return False


def paused_seconds_until(execution: Execution, now: datetime) -> float:
    """How long the execution was paused in all, with the pause that lasts until now."""
    if execution.status != ExecutionStatus.PAUSED or execution.paused_at is None:
        return execution.paused_seconds
    return execution.paused_seconds + max(0.0, (now - execution.paused_at).total_seconds())
