"""What the home page tells: what runs, what needs somebody, and how the last week went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from analytics.figures import for_lists, time_left
from executions.models import Execution, ExecutionStatus
from mino.common.values.share import Share, design_effect

LOOKED_AT = 50
RECENT = 8
MOST_NEEDS = 5
MOST_RUNNING = 6
WEEK = timedelta(days=7)
COUNTERS = (
    "graded_rows",
    "gradable_fields",
    "good_fields",
    "gradable_fields_squared",
    "good_fields_squared",
    "good_times_gradable",
)


@dataclass(frozen=True, slots=True)
class Running:
    """An execution under way, its jobs by state, and the seconds it will still take (None if unknown)."""

    execution: Execution
    counts: dict[str, int]
    left: float | None


@dataclass(frozen=True, slots=True)
class Week:
    """The last seven days over all finished executions."""

    accuracy: Share
    pass_rate: Share
    errors: Share
    error_jobs: int


@dataclass(frozen=True, slots=True)
class Home:
    """All that the page shows. `needs` are executions that wait for somebody: those that are paused, however long, and
    recent ones that ended badly, the newest first. `more_paused`: more are paused than are shown."""

    running: Sequence[Running] = ()
    running_count: int = 0
    needs: Sequence[Execution] = ()
    more_paused: bool = False
    recent: Sequence[Execution] = ()
    week: Week | None = field(default=None)


def home_of(executions: QuerySet[Execution], now: datetime) -> Home:
    """Read the home page's figures off the newest of `executions`, in five queries."""
    newest = list(for_lists(executions).order_by("-created_at", "-id")[:LOOKED_AT])
    at_work = executions.filter(status__in=[ExecutionStatus.QUEUED, ExecutionStatus.RUNNING])
    running = for_lists(at_work).order_by("-created_at", "-id")[:MOST_RUNNING]
    paused = list(_paused(executions)[: MOST_NEEDS + 1])
    return Home(
        running=[_running(one, now) for one in running],
        running_count=at_work.count(),
        needs=_needs(paused, newest, now)[:MOST_NEEDS],
        more_paused=len(paused) > MOST_NEEDS,
        recent=newest[:RECENT],
        week=_week(executions, now) if newest else None,
    )


def _running(execution: Execution, now: datetime) -> Running:
    states = ("completed", "running", "retrying", "error", "skipped", "stopped")
    counts = {state: getattr(execution, f"{state}_jobs") for state in states}
    return Running(execution, counts, time_left(execution, now))


def _paused(executions: QuerySet[Execution]) -> QuerySet[Execution]:
    return for_lists(executions.filter(status=ExecutionStatus.PAUSED)).order_by("-created_at", "-id")


def _needs(paused: Sequence[Execution], newest: Sequence[Execution], now: datetime) -> list[Execution]:
    """Paused ones, and those of the last week that failed or ended with errors and were not run again since."""
    needs, settled = list(paused), set()
    for execution in newest:
        run_again = (execution.batch_id, execution.type) in settled
        settled.add((execution.batch_id, execution.type))
        ended_badly = execution.status == ExecutionStatus.FAILED or (execution.is_finished and execution.error_jobs > 0)
        is_recent = execution.finished_at is not None and now - execution.finished_at < WEEK
        if ended_badly and is_recent and not run_again:
            needs.append(execution)
    return sorted(needs, key=lambda one: (one.created_at, one.pk), reverse=True)


def _week(executions: QuerySet[Execution], now: datetime) -> Week | None:
    names = (*COUNTERS, "passed_jobs", "failed_jobs", "completed_jobs", "error_jobs")
    finished = executions.filter(created_at__gte=now - WEEK, finished_at__isnull=False)
    sums = finished.aggregate(**{name: Sum(name, default=0) for name in names})
    ended = sums["completed_jobs"] + sums["error_jobs"]
    if not ended:
        return None
    effect = design_effect(*(sums[name] for name in COUNTERS))
    return Week(
        accuracy=Share.of(sums["good_fields"], sums["gradable_fields"], effect),
        pass_rate=Share.of(sums["passed_jobs"], sums["passed_jobs"] + sums["failed_jobs"]),
        errors=Share.of(sums["error_jobs"], ended),
        error_jobs=sums["error_jobs"],
    )
