"""Ends jobs before their time: those of an execution that ends, and single ones."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from executions.agents.registry import AGENTS
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry, RetryStatus, Session, SessionStatus
from executions.transitions import move

JOBS_AT_ONCE = 1000
"""Jobs that one transaction moves: a fraction of a second, for which workers wait."""
ENDED_EARLY = (ExecutionStatus.STOPPED, ExecutionStatus.FAILED)


def end_running(execution: Execution, now: datetime) -> int:
    """Stop the running jobs of an execution that is under lock, and answer how many they were."""
    running = Job.objects.filter(execution=execution, status=JobStatus.RUNNING).order_by("pk")
    end_sessions(running, execution.agent, now)
    return end_some(execution, running.order_by(), JobStatus.STOPPED, source=JobStatus.RUNNING, now=now)


def end_waiting(execution_id: uuid.UUID) -> int:
    """Stop the waiting jobs of an execution that has ended, some per transaction. Answers how many they were.

    A worker would have to wait for one long transaction, and with it everybody whose jobs it runs. What a broken-off
    call leaves is ended by the sweep: nothing takes such a job meanwhile.
    """
    ended = 0
    for status in (JobStatus.QUEUED, JobStatus.RETRYING):
        after: int | None = 0
        while after is not None:
            count, after = _end_some_waiting(execution_id, status, after)
            ended += count
    return ended


def _end_some_waiting(execution_id: uuid.UUID, status: str, after: int) -> tuple[int, int | None]:
    """Stop some jobs in a state behind a position. Answers how many, and where to go on; None when that was all."""
    with transaction.atomic():
        execution = Execution.objects.select_for_update().filter(pk=execution_id).first()
        if execution is None or execution.status not in ENDED_EARLY:
            return 0, None
        waiting = Job.objects.filter(execution=execution, status=status, position__gt=after).order_by("position")
        found = list(waiting.values_list("pk", "position")[:JOBS_AT_ONCE])
        job_ids = [pk for pk, _ in found]
        now = timezone.now()
        if status == JobStatus.RETRYING:
            cancel_retries(Retry.objects.filter(job__in=job_ids), now)
        jobs = Job.objects.filter(pk__in=job_ids)
        count = end_some(execution, jobs, JobStatus.STOPPED, source=status, now=now) if found else 0
        return count, found[-1][1] if len(found) == JOBS_AT_ONCE else None


def end_some(execution: Execution, jobs: QuerySet[Job], target: str, *, source: str, now: datetime) -> int:
    """Move jobs of an execution that is under lock from `source` to `target`, with the counters. Answers how many."""
    count = move(jobs, target, source=source, finished_at=now, next_retry_at=None, step="")
    Execution.objects.filter(pk=execution.pk).update(
        **{f"{source}_jobs": F(f"{source}_jobs") - count, f"{target}_jobs": F(f"{target}_jobs") + count},
        updated_at=now,
    )
    return count


def end_sessions(running: QuerySet[Job], agent: str, now: datetime) -> None:
    """Stop the attempts of running jobs. Their workers call the remote runs off, or a sweep does if they are gone."""
    sessions = list(running.select_for_update().values_list("current_session", flat=True))
    kind = AGENTS.get(agent)
    Session.objects.filter(pk__in=sessions).update(
        status=SessionStatus.STOPPED,
        lease_expires_at=None,
        finished_at=now,
        needs_cancel=kind is not None and kind.adopts_runs,
    )
    _cancel_processing(sessions, now)


def _cancel_processing(sessions: Sequence[uuid.UUID], now: datetime) -> None:
    """The retries that these attempts carried out came to nothing."""
    under_way = Session.objects.filter(pk__in=sessions, retry__isnull=False).values("retry")
    move(Retry.objects.filter(pk__in=under_way), RetryStatus.FAILED, processed_at=now)


def cancel_retries(retries: QuerySet[Retry], now: datetime) -> int:
    """Take retries out of the queue."""
    return move(retries, RetryStatus.CANCELLED, processed_at=now)
