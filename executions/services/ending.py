"""Ends jobs before their time: those of an execution that ends, and single ones."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from executions.agents.registry import AGENTS
from executions.models import Execution, Job, JobStatus, Retry, RetryStatus, Session, SessionStatus
from executions.transitions import move


def end_jobs(execution: Execution, now: datetime) -> int:
    """Stop all active jobs of an execution that is under lock, and answer how many they were."""
    running = Job.objects.filter(execution=execution, status=JobStatus.RUNNING).order_by("pk")
    end_sessions(running, execution.agent, now)
    stopped = 0
    for status in (JobStatus.QUEUED, JobStatus.RETRYING, JobStatus.RUNNING):
        jobs = Job.objects.filter(execution=execution, status=status)
        stopped += end_some(execution, jobs, JobStatus.STOPPED, source=status, now=now)
    cancel_retries(Retry.objects.filter(execution=execution), now)
    return stopped


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
