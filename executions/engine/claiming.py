"""Takes jobs of a locked execution: first those whose retry is due, then queued ones."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet

from executions.agents.base import Task, WantedField
from executions.engine.attempt import Attempt, Plan
from executions.engine.plan import plan_of
from executions.models import Execution, Job, JobStatus, Retry, RetryStatus, Session
from executions.transitions import move_each
from mino.common.bulk import insert_many
from mino.common.models import new_id
from projects.placeholders import fill_placeholders

JOB_FIELDS = (
    "id",
    "attempts",
    "retry_count",
    "requeue_count",
    "max_retries",
    "url",
    "row__key",
    "own_instructions",
    "row__inputs",
    "row__truth",
)


class WaitingJob(NamedTuple):
    """What an attempt needs of a job and its row; models would take as long as all the rest."""

    id: uuid.UUID
    attempts: int
    retry_count: int
    requeue_count: int
    max_retries: int | None
    url: str
    key: str
    instructions: str
    inputs: Mapping[str, str]
    truth: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """The attempts to make, and how many of them are retries; the others were queued."""

    attempts: Sequence[Attempt] = ()
    retries: int = 0


def due_retries(execution_id: uuid.UUID, now: datetime) -> QuerySet[Retry]:
    """The retries of an execution that may be carried out now, the longest waiting first."""
    pending = Retry.objects.filter(execution=execution_id, status=RetryStatus.PENDING, scheduled_for__lte=now)
    return pending.order_by("scheduled_for", "id")


def take_jobs(execution: Execution, count: int, *, worker: str, now: datetime) -> Taken:
    """Turn up to `count` waiting jobs into running ones, each with a new session.

    What another transaction holds is skipped where the database can do that. The caller holds the execution's lock and
    counts.
    """
    retries = _due_retries(execution, count, now) if execution.retrying_jobs else {}
    again = _locked_jobs(Job.objects.filter(pk__in=retries, status=JobStatus.RETRYING)) if retries else []
    queued = Job.objects.filter(execution=execution, status=JobStatus.QUEUED).order_by("position")
    fresh = _locked_jobs(queued, count - len(again)) if count > len(again) else []
    if not again and not fresh:
        return Taken()
    plan = plan_of(execution.pk, execution.scoring_generation)
    attempts = [attempt_at(plan, job, now, retry_id=retries.get(job.id)) for job in [*again, *fresh]]
    insert_many(Session, [session_values(one, worker, now) for one in attempts])
    for group, source in ((attempts[: len(again)], JobStatus.RETRYING), (attempts[len(again) :], JobStatus.QUEUED)):
        move_each(Job, [_claimed_values(one, now) for one in group], JobStatus.RUNNING, source=source)
    taken = [{"id": one.retry_id, "processed_at": now} for one in attempts if one.retry_id]
    move_each(Retry, taken, RetryStatus.PROCESSING, source=RetryStatus.PENDING)
    return Taken(attempts, len(again))


def _due_retries(execution: Execution, count: int, now: datetime) -> dict[uuid.UUID, uuid.UUID]:
    """The retries by their jobs."""
    locked = due_retries(execution.pk, now).select_for_update(skip_locked=True)
    return dict(locked.values_list("job_id", "id")[:count])


def _locked_jobs(jobs: QuerySet[Job], count: int | None = None) -> list[WaitingJob]:
    locked = jobs.select_for_update(skip_locked=True, of=("self",))
    return [WaitingJob(*values) for values in locked.values_list(*JOB_FIELDS)[:count]]


def session_values(attempt: Attempt, worker: str, now: datetime) -> dict[str, Any]:
    """The row of an attempt that begins, with its lease."""
    return {
        "id": attempt.session_id,
        "organization_id": attempt.plan.organization_id,
        "job_id": attempt.job_id,
        "retry_id": attempt.retry_id,
        "number": attempt.number,
        "worker": worker,
        "lease_expires_at": now + timedelta(seconds=settings.LEASE_SECONDS),
        "started_at": attempt.started_at,
    }


def _claimed_values(attempt: Attempt, now: datetime) -> dict[str, Any]:
    return {
        "id": attempt.job_id,
        "current_session_id": attempt.session_id,
        "attempts": attempt.number,
        "started_at": attempt.started_at,
        "resumed_at": now if attempt.number > 1 else None,
        "next_retry_at": None,
        "step": "",
        "step_count": 0,
        "progress": None,
        "current_url": "",
    }


def attempt_at(plan: Plan, job: WaitingJob, started_at: datetime, *, retry_id: uuid.UUID | None) -> Attempt:
    """The next attempt at a job."""
    return Attempt(
        plan=plan,
        job_id=job.id,
        session_id=new_id(),
        number=job.attempts + 1,
        started_at=started_at,
        task=task_of(plan, job),
        truth=job.truth,
        retry_id=retry_id,
        retry_count=job.retry_count,
        max_retries=job.max_retries,
        is_first=job.retry_count == 0 and job.requeue_count == 0,
    )


def task_of(plan: Plan, job: WaitingJob) -> Task:
    """What the agent is told: the row's own instructions at the time or the execution's, with its values filled in."""
    values = dict(job.inputs)
    if plan.url_column:
        values[plan.url_column] = job.url
    if plan.key_column:
        values[plan.key_column] = job.key
    return Task(
        url=job.url,
        instructions=fill_placeholders(job.instructions or plan.instructions, values),
        fields=[WantedField(column.name, column.type) for column in plan.columns],
        inputs=job.inputs,
        settings=plan.settings,
        timeout=plan.timeout,
        row_key=job.key,
    )
