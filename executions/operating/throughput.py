"""How much was done lately, from the ends of indexes."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from executions.models import Execution, Job, JobStatus
from executions.models.execution import UNFINISHED

ENDED = (JobStatus.COMPLETED, JobStatus.ERROR)
"""Jobs that agents brought to an end. Skipped and stopped ones end all at once and say nothing about the pace."""
OLDEST_LOOKED_AT = timedelta(days=30)
"""Executions made longer ago are looked at only while they are unfinished; no index leads to the others."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """How many jobs ended within the last so many minutes."""

    minutes: int
    jobs: int

    @property
    def a_minute(self) -> float:
        """Jobs a minute."""
        return self.jobs / self.minutes


def throughput(now: datetime, spans: Iterable[int] = (15, 60)) -> list[Throughput]:
    """Jobs that ended within each span of minutes, in two statements."""
    counts = {f"last_{span}": Count("pk", filter=Q(finished_at__gt=now - timedelta(minutes=span))) for span in spans}
    found = _ended_since(now - timedelta(minutes=max(spans))).aggregate(**counts)
    return [Throughput(span, found[f"last_{span}"]) for span in spans]


def results_since(since: datetime) -> Counter[str]:
    """How many jobs ended since then by result: the verdict, `not_evaluated`, or `error`."""
    groups = _ended_since(since).order_by().values_list("status", "evaluation_result").annotate(jobs=Count("pk"))
    counts: Counter[str] = Counter()
    for status, verdict, jobs in groups:
        counts["error" if status == JobStatus.ERROR else verdict or "not_evaluated"] += jobs
    return counts


def cost_of_day(now: datetime) -> dict[str, Decimal]:
    """By currency, what the executions have cost so far that were made since midnight (UTC), from their counters."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = Execution.objects.filter(pk__gte=lowest_id(midnight))
    return dict(today.order_by().values_list("currency").annotate(total=Sum("cost")))


def lowest_id(moment: datetime) -> uuid.UUID:
    """The lowest id that an object made at that moment may have: ids begin with the milliseconds since 1970."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def _ended_since(since: datetime) -> QuerySet[Job]:
    """Ended jobs; each execution's are a range of the index `job_latest_results`."""
    recent = Q(pk__gte=lowest_id(since - OLDEST_LOOKED_AT), finished_at__gt=since)
    executions = Execution.objects.filter(Q(status__in=UNFINISHED) | recent).order_by()
    of_these = list(executions.values_list("pk", flat=True))
    return Job.objects.filter(execution__in=of_these, status__in=ENDED, finished_at__gt=since)
