"""What waits although it could run: queries over unfinished executions and their pending retries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Subquery

from executions.models import AgentCredential, Execution, ExecutionStatus, Job, Retry, RetryStatus

MOST_COUNTED = 10_000
"""Due retries are counted no further: more is simply too many."""


class DueRetry(NamedTuple):
    """The first due retry of a running execution."""

    execution: Execution
    since: datetime


def queue_age(now: datetime) -> timedelta:
    """For how long the oldest thing has waited that is due and that nothing but a lack of workers holds up.

    An execution that has room and something to do waits since something last happened in it, or since its retry is due.
    One whose jobs are still to be made waits since its newest job was made. Zero where nothing waits.
    """
    since = [_waiting_since(values) for values in _with_room(now)]
    newest = Job.objects.filter(execution=OuterRef("pk")).order_by("-position").values("created_at")[:1]
    unprepared = Execution.objects.filter(status=ExecutionStatus.QUEUED).annotate(newest=Subquery(newest))
    since += [job or execution for job, execution in unprepared.order_by().values_list("newest", "created_at")]
    return max((now - one for one in since), default=timedelta(0))


def oldest_due_retry(now: datetime) -> DueRetry | None:
    """What has been due for the longest time."""
    due = _with_due_retry(now).filter(due_at__isnull=False).select_related("organization")
    found = due.order_by("due_at", "pk").first()
    return DueRetry(found, found.due_at) if found else None


def count_due_retries(now: datetime) -> int:
    """How many retries of running executions are due, or 10,000."""
    running = Execution.objects.filter(status=ExecutionStatus.RUNNING)
    due = Retry.objects.filter(execution__in=running, status=RetryStatus.PENDING, scheduled_for__lte=now)
    return due.order_by()[:MOST_COUNTED].count()


def _with_due_retry(now: datetime) -> Any:
    """Running executions with the time of their first due retry as `due_at`, one entry of an index for each."""
    due = Retry.objects.filter(execution=OuterRef("pk"), status=RetryStatus.PENDING, scheduled_for__lte=now)
    first = due.order_by("scheduled_for", "id").values("scheduled_for")[:1]
    return Execution.objects.filter(status=ExecutionStatus.RUNNING).annotate(due_at=Subquery(first))


def _with_room(now: datetime) -> list[dict[str, Any]]:
    """Executions that could be given a job at this moment."""
    full = AgentCredential.objects.filter(
        organization=OuterRef("organization"), agent=OuterRef("agent"), running_jobs__gte=F("concurrency")
    )
    waiting = (
        _with_due_retry(now)
        .filter(Q(queued_jobs__gt=0) | Q(due_at__isnull=False))
        .filter(~Exists(full), has_own_worker=False, running_jobs__lt=F("effective_concurrency"))
        .exclude(is_probing=True, running_jobs__gt=0)
    )
    return list(waiting.order_by().values("queued_jobs", "updated_at", "started_at", "resumed_at", "due_at"))


def _waiting_since(values: Mapping[str, Any]) -> datetime:
    moments: list[datetime | None] = [values["updated_at"], values["started_at"], values["resumed_at"]]
    if not values["queued_jobs"]:
        moments.append(values["due_at"])
    return max(moment for moment in moments if moment is not None)
