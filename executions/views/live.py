"""The live page of an execution."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.models import Execution, ExecutionStatus, Job, JobStatus
from executions.views.addresses import LiveView, live_view
from executions.views.arrivals import Arrivals, arrivals, read_positions
from executions.views.chart import draw
from executions.views.figures import (
    MOST_ERRORS_COUNTED_LIVE,
    OUTCOMES,
    column_figures,
    error_figures,
    field_names,
    mean_row_seconds,
    running_seconds,
)
from executions.views.finding import find_execution
from executions.views.minutes import latest_minutes
from executions.views.pace import Minute, Pace, overall_pace, pace_of
from executions.views.pages import execution_context
from executions.views.slots import read_position, read_slots, running_jobs, write_slots

UNSTARTED_FOR = 20
"""Seconds without any running row after which the page says that no worker takes the work."""


@require_safe
def execution(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """How far an execution is, what it does now, and how right it is; htmx asks for the live part alone."""
    found = find_execution(request, execution_id)
    now = timezone.now()
    context = {**execution_context(request, found, "live"), **_progress(found, now), **_lists(found, request.GET, now)}
    return render(request, "executions/_live.html" if request.htmx else "executions/execution.html", context)


def _progress(execution: Execution, now: datetime) -> dict[str, Any]:
    minutes = latest_minutes(execution, now)
    pace = _pace(execution, minutes, now)
    mean = mean_row_seconds(execution)
    return {
        "now": now,
        "final_share": execution.final_jobs / execution.total_jobs if execution.total_jobs else None,
        "pace": pace,
        "seconds": running_seconds(execution, now),
        "mean_seconds": mean,
        "chart": draw(minutes, execution.effective_concurrency * 60 / mean if mean else None) if minutes else None,
        "waits_for_worker": _waits_for_worker(execution, now),
        "columns": column_figures(execution),
        "errors": error_figures(execution) if execution.error_jobs <= MOST_ERRORS_COUNTED_LIVE else [],
        "fields": field_names(execution),
        "outcome_names": OUTCOMES,
    }


def _pace(execution: Execution, minutes: list[Minute], now: datetime) -> Pace:
    if execution.is_finished or execution.started_at is None:
        return overall_pace(execution.completed_jobs + execution.error_jobs, running_seconds(execution, now))
    remaining = execution.total_jobs - execution.final_jobs
    pace = pace_of(minutes, execution.started_at, now, remaining)
    # A paused execution has no end in sight, and one that is not fully prepared would promise too little.
    return Pace(pace.rows_a_minute) if execution.status == ExecutionStatus.PAUSED else pace


def _waits_for_worker(execution: Execution, now: datetime) -> bool:
    """Nothing runs though it might: said only for the execution that has not begun, the sweep mends the others."""
    began = execution.started_at or execution.created_at
    idle = execution.status in (ExecutionStatus.QUEUED, ExecutionStatus.RUNNING) and execution.running_jobs == 0
    return idle and execution.final_jobs == 0 and (now - began).total_seconds() > UNSTARTED_FOR


def _lists(execution: Execution, query: QueryDict, now: datetime) -> dict[str, Any]:
    slots = read_slots(query.get("running", ""))
    running = [] if execution.is_finished and not slots else running_jobs(execution, slots)
    results = arrivals(execution, read_positions(query.get("shown", "")), read_position(query.get("seen", "")) or 0)
    chosen = read_position(query.get("view", ""))
    watched = _watched(execution, chosen, running)
    return {
        "running": [(job, _seconds(job, now)) for job in running],
        "watched": watched,
        "watched_view": _view(watched, now),
        "results": results,
        "poll": _poll(running, results, chosen),
        "latest": _poll(running, None, chosen),
        "others": _poll(running, results, None),
    }


def _poll(running: list[Job], results: Arrivals | None, chosen: int | None) -> str:
    """The query of the next question, which keeps in place what is read now; without `results` it asks for new ones."""
    query = QueryDict(mutable=True)
    query["running"] = write_slots(running)
    if results is not None:
        query["shown"], query["seen"] = results.shown, str(results.seen)
    if chosen is not None:
        query["view"] = str(chosen)
    return query.urlencode()


def _watched(execution: Execution, chosen: int | None, running: list[Job]) -> Job | None:
    """The job whose steps are shown: the chosen one, else the first running one that has a live view."""
    if chosen is None:
        viewable = (job for job in running if job.status == JobStatus.RUNNING and _live_view(job))
        first = next(viewable, None)
        chosen = first.position if first else None
    if chosen is None:
        return None
    jobs = Job.objects.filter(execution=execution, position=chosen).select_related("current_session")
    return jobs.defer("result", "sources", "current_session__raw_result", "current_session__extracted_data").first()


def _live_view(job: Job) -> str:
    return job.current_session.live_view_url if job.current_session else ""


def _view(job: Job | None, now: datetime) -> LiveView | None:
    """Where the watched run can be seen."""
    session = job.current_session if job else None
    if session is None:
        return None
    return live_view(session.live_view_url, session.live_view_expires_at, now, settings.AGENT_FRAME_HOSTS)


def _seconds(job: Job, now: datetime) -> float | None:
    if job.started_at is None:
        return None
    return ((job.finished_at or now) - job.started_at).total_seconds()
