"""Closes an execution whose last job has ended."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.dateparse import parse_datetime

from executions.models import Execution, ExecutionStatus
from executions.services.holding import paused_seconds_until
from executions.telling import execution_tell
from executions.transitions import move
from mino.common.hooks import execution_finished

FIGURES = (
    "total_jobs",
    "completed_jobs",
    "error_jobs",
    "skipped_jobs",
    "stopped_jobs",
    "passed_jobs",
    "failed_jobs",
    "not_gradable_jobs",
    "first_attempt_passed_jobs",
    "first_attempt_failed_jobs",
    "first_attempt_good_fields",
    "first_attempt_gradable_fields",
    "graded_rows",
    "good_fields",
    "gradable_fields",
    "good_fields_squared",
    "gradable_fields_squared",
    "good_times_gradable",
)
"""What is frozen when an execution completes for the first time."""


def complete_if_done(execution_id: uuid.UUID, now: datetime) -> bool:
    """Complete the execution if all its jobs exist and none is active; called by the transaction that ends a job."""
    done = Execution.objects.filter(
        pk=execution_id, queued_jobs=0, running_jobs=0, retrying_jobs=0, prepared_jobs=F("total_jobs")
    ).filter(status__in=[ExecutionStatus.RUNNING, ExecutionStatus.PAUSED])
    execution = done.first()
    if execution is None:
        return False
    moved = move(
        done,
        ExecutionStatus.COMPLETED,
        finished_at=now,
        paused_seconds=paused_seconds_until(execution, now),
        completion_figures=execution.completion_figures or figures_at(execution, now),
        status_code="",
        status_reason="",
        is_probing=False,
    )
    if moved:
        execution_tell(execution_id, "execution.completed")
        execution_finished.call(execution_id)
    return moved == 1


def figures_at(execution: Execution, now: datetime) -> dict[str, Any]:
    """The figures as they are now, with what they cost: shown beside today's when they change later."""
    figures: dict[str, Any] = {name: getattr(execution, name) for name in FIGURES}
    return {**figures, "cost": str(execution.cost), "finished_at": now.isoformat()}


def first_completion(execution: Execution) -> Execution | None:
    """What its figures were when it first completed, as an execution that is never saved; None before that."""
    frozen: Mapping[str, Any] | None = execution.completion_figures
    if not frozen:
        return None
    return Execution(
        repeats=execution.repeats,
        cost=Decimal(str(frozen.get("cost", 0))),
        finished_at=parse_datetime(str(frozen.get("finished_at", ""))),
        **{name: frozen.get(name, 0) for name in FIGURES},
    )
