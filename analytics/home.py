"""What the home page tells: what runs, what needs somebody, and how the last week went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import QuerySet, Sum

from analytics.figures import for_lists, time_left
from executions.models import Execution, ExecutionStatus
from executions.models.execution import UNFINISHED
from mino.common.values.share import Share, design_effect

LOOKED_AT = 50
RECENT = 8
MOST_NEEDS = 5
MOST_RUNNING = 6
WEEK = timedelta(days=7)
WEEK_REMEMBERED = 10
"""Seconds for which the week's figures are told again while executions run: pages ask every two seconds then."""
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


def home_of(executions: QuerySet[Execution], now: datetime, *, reader: str = "") -> Home:
    """Read the home page's figures off the newest of `executions`, in seven queries at most.

    `reader` names who sees these executions: while some run, the week's figures are remembered for them a little.
    """
    recent = list(_newest(executions)[:RECENT])
    at_work = executions.filter(status__in=[ExecutionStatus.QUEUED, ExecutionStatus.RUNNING])
    running = list(_newest(at_work)[:MOST_RUNNING])
    count = len(running) if len(running) < MOST_RUNNING else at_work.count()
    paused = list(_newest(executions.filter(status=ExecutionStatus.PAUSED))[: MOST_NEEDS + 1])
    remembered = reader if count else ""
    return Home(
        running=[_running(one, now) for one in running],
        running_count=count,
        needs=_needs(paused, _ended_badly(executions, recent, now)),
        more_paused=len(paused) > MOST_NEEDS,
        recent=recent,
        week=_week_of(executions, now, remembered) if recent else None,
    )


def _newest(executions: QuerySet[Execution]) -> QuerySet[Execution]:
    return for_lists(executions).order_by("-created_at", "-id")


def _running(execution: Execution, now: datetime) -> Running:
    states = ("completed", "running", "retrying", "error", "skipped", "stopped")
    counts = {state: getattr(execution, f"{state}_jobs") for state in states}
    return Running(execution, counts, time_left(execution, now))


def _ended_badly(executions: QuerySet[Execution], recent: Sequence[Execution], now: datetime) -> list[Execution]:
    """Those of the last week that failed or ended with errors and were not run again since; `recent` were read before.

    Fifty are looked at, by what decides alone: few of them are shown.
    """
    fields = ("pk", "batch_id", "type", "status", "error_jobs", "finished_at")
    looked_at = executions.order_by("-created_at", "-id").values_list(*fields, named=True)[:LOOKED_AT]
    chosen, settled = [], set()
    for one in looked_at:
        run_again = (one.batch_id, one.type) in settled
        settled.add((one.batch_id, one.type))
        is_recent = one.finished_at is not None and now - one.finished_at < WEEK
        ended_badly = one.status == ExecutionStatus.FAILED or (one.status not in UNFINISHED and one.error_jobs > 0)
        if ended_badly and is_recent and not run_again:
            chosen.append(one.pk)
    known = {one.pk: one for one in recent}
    if missing := [pk for pk in chosen[:MOST_NEEDS] if pk not in known]:
        known |= {one.pk: one for one in for_lists(executions.filter(pk__in=missing))}
    return [known[pk] for pk in chosen[:MOST_NEEDS] if pk in known]


def _needs(paused: Sequence[Execution], ended_badly: Sequence[Execution]) -> list[Execution]:
    """The newest that wait for somebody."""
    needs = sorted([*paused, *ended_badly], key=lambda one: (one.created_at, one.pk), reverse=True)
    return needs[:MOST_NEEDS]


def _week_of(executions: QuerySet[Execution], now: datetime, reader: str) -> Week | None:
    """The week; for a reader who is named, as it was some seconds ago."""
    if not reader:
        return _week(executions, now)
    week: Week | None = cache.get_or_set(f"home-week:{reader}", lambda: _week(executions, now), WEEK_REMEMBERED)
    return week


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
