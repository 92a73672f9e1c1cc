"""What the live part of an execution's page shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import QueryDict

from executions.costs.figures import cost_figures
from executions.models import Execution, ExecutionStatus
from executions.queries.repeats import steadiness
from executions.views.chart import draw
from executions.views.comparing import at_completion
from executions.views.figures import (
    OUTCOMES,
    column_figures,
    error_figures,
    field_names,
    mean_row_seconds,
    running_seconds,
)
from executions.views.live_lists import live_lists
from executions.views.minutes import latest_minutes
from executions.views.notices import notices
from executions.views.pace import Minute, Pace, overall_pace, pace_of


def live_context(execution: Execution, query: QueryDict, now: datetime) -> dict[str, Any]:
    """The context of `_live_part.html`. `query` says what is read now, so that it stays in its place."""
    return {**_progress(execution, now), **notices(execution, now), **live_lists(execution, query, now)}


def _progress(execution: Execution, now: datetime) -> dict[str, Any]:
    minutes = latest_minutes(execution, now)
    mean = mean_row_seconds(execution)
    return {
        "now": now,
        "final_share": execution.final_jobs / execution.total_jobs if execution.total_jobs else None,
        "pace": _pace(execution, minutes, now),
        "seconds": running_seconds(execution, now),
        "mean_seconds": mean,
        "chart": draw(minutes, execution.effective_concurrency * 60 / mean if mean else None) if minutes else None,
        "first_attempt": execution.first_attempt_accuracy,
        "at_completion": at_completion(execution),
        "cost": cost_figures(execution),
        "columns": column_figures(execution),
        "steadiness": steadiness(execution),
        "errors": error_figures(execution),
        "fields": field_names(execution),
        "outcome_names": OUTCOMES,
    }


def _pace(execution: Execution, minutes: list[Minute], now: datetime) -> Pace:
    if execution.is_finished or execution.started_at is None:
        return overall_pace(execution.completed_jobs + execution.error_jobs, running_seconds(execution, now))
    remaining = execution.total_jobs - execution.final_jobs
    pace = pace_of(minutes, execution.started_at, now, remaining, _latest_pause(execution, now))
    # A paused execution has no end in sight, and one that is not fully prepared would promise too little.
    return Pace(pace.rows_a_minute) if execution.status == ExecutionStatus.PAUSED else pace


def _latest_pause(execution: Execution, now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when it was paused last; up to now while it still is."""
    if execution.paused_at is None:
        return None
    if execution.status == ExecutionStatus.PAUSED:
        return execution.paused_at, now
    resumed = execution.resumed_at
    return (execution.paused_at, resumed) if resumed and resumed > execution.paused_at else None
