"""Takes queued jobs of a locked execution."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from executions.agents.base import Task, WantedField
from executions.engine.attempt import Attempt, Plan
from executions.engine.plan import plan_of
from executions.models import Execution, Job, JobStatus, Session
from executions.transitions import move_each
from mino.common.bulk import insert_many
from mino.common.models import new_id
from projects.placeholders import fill_placeholders

QUEUED_FIELDS = ("id", "attempts", "url", "row__key", "row__instructions", "row__inputs", "row__truth")


class QueuedJob(NamedTuple):
    """What an attempt needs of a job and its row; models would take as long as all the rest."""

    id: uuid.UUID
    attempts: int
    url: str
    key: str
    instructions: str
    inputs: Mapping[str, str]
    truth: Mapping[str, str | None]


def take_jobs(execution: Execution, count: int, *, worker: str, now: datetime) -> list[Attempt]:
    """Turn up to `count` queued jobs into running ones, each with a new session.

    Jobs that another transaction holds are skipped where the database can do that. The caller holds the execution's
    lock and counts.
    """
    queued = Job.objects.filter(execution=execution, status=JobStatus.QUEUED).order_by("position")
    locked = queued.select_for_update(skip_locked=True, of=("self",))
    jobs = [QueuedJob(*values) for values in locked.values_list(*QUEUED_FIELDS)[:count]]
    if not jobs:
        return []
    plan = plan_of(execution.pk)
    attempts = [_attempt(plan, job, now) for job in jobs]
    lease = now + timedelta(seconds=settings.LEASE_SECONDS)
    sessions = [
        {
            "id": attempt.session_id,
            "organization_id": plan.organization_id,
            "job_id": attempt.job_id,
            "number": attempt.number,
            "worker": worker,
            "lease_expires_at": lease,
            "started_at": now,
        }
        for attempt in attempts
    ]
    insert_many(Session, sessions)
    move_each(Job, [_claimed_values(one) for one in attempts], JobStatus.RUNNING, source=JobStatus.QUEUED)
    return attempts


def _claimed_values(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": attempt.job_id,
        "current_session_id": attempt.session_id,
        "attempts": attempt.number,
        "started_at": attempt.started_at,
        "step": "",
        "step_count": 0,
        "progress": None,
        "current_url": "",
    }


def _attempt(plan: Plan, job: QueuedJob, now: datetime) -> Attempt:
    return Attempt(
        plan=plan,
        job_id=job.id,
        session_id=new_id(),
        number=job.attempts + 1,
        started_at=now,
        task=_task(plan, job),
        truth=job.truth,
    )


def _task(plan: Plan, job: QueuedJob) -> Task:
    """What the agent is told: the row's own instructions or the execution's, with the row's values filled in."""
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
