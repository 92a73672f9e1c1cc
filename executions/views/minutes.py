"""Rows that ended, completed or with an error, in each of the latest minutes of an execution."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, OuterRef, Subquery

from executions.models import Execution, Job, JobStatus
from executions.views.pace import MINUTE, Minute

SHOWN = 20
ENDED = (JobStatus.COMPLETED, JobStatus.ERROR)
"""Rows that agents brought to an end. Stopped ones end all at once and say nothing about the pace."""
SETTLED = timedelta(seconds=20)
"""A minute that is over for so long gets no more rows: attempts are written within seconds after they end."""


def latest_minutes(execution: Execution, now: datetime) -> list[Minute]:
    """The last 20 minutes up to now (or up to the end of the execution), the earliest first.

    A minute that is over is counted once and then remembered, so that a page that asks every two seconds reads only
    the end of the index.
    """
    if execution.started_at is None:
        return []
    last = min(execution.finished_at or now, now).replace(second=0, microsecond=0)
    first = max(execution.started_at.replace(second=0, microsecond=0), last - (SHOWN - 1) * MINUTE)
    starts = [first + place * MINUTE for place in range(int((last - first) / MINUTE) + 1)]
    known: dict[str, int] = cache.get_many([_key(execution.pk, start) for start in starts])
    missing = [start for start in starts if _key(execution.pk, start) not in known]
    counted = _count(execution.pk, missing)
    settled = {start: rows for start, rows in counted.items() if start + MINUTE + SETTLED < now}
    cache.set_many({_key(execution.pk, start): rows for start, rows in settled.items()}, timeout=3600)
    return [Minute(start, known.get(_key(execution.pk, start), counted.get(start, 0))) for start in starts]


def _key(execution_id: uuid.UUID, start: datetime) -> str:
    return f"rows-ended:{execution_id}:{int(start.timestamp())}"


def _count(execution_id: uuid.UUID, starts: Sequence[datetime]) -> dict[datetime, int]:
    """One statement; each count reads a range of the index `job_latest_results`."""
    if not starts:
        return {}
    ended = Job.objects.filter(execution=OuterRef("pk"), status__in=ENDED).order_by().values("execution")
    counts = {
        f"minute_{place}": Subquery(
            ended.filter(finished_at__gte=start, finished_at__lt=start + MINUTE)
            .annotate(rows=Count("*"))
            .values("rows")
        )
        for place, start in enumerate(starts)
    }
    row: Mapping[str, int | None] = Execution.objects.filter(pk=execution_id).values(**counts).get()
    return {start: row[f"minute_{place}"] or 0 for place, start in enumerate(starts)}
