"""The lists of a live page: what runs, one of them closely, and results as they come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import QueryDict

from executions.addresses import LiveView, live_view
from executions.models import Execution, Job, JobStatus
from executions.views.arrivals import Arrivals, arrivals, read_positions
from executions.views.slots import read_position, read_slots, running_jobs, write_slots


def live_lists(execution: Execution, query: QueryDict, now: datetime) -> dict[str, Any]:
    """The lists, with what is shown already (`running`, `shown`, `seen`, `view`) in its place."""
    running = [] if execution.is_finished else running_jobs(execution, read_slots(query.get("running", "")))
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
