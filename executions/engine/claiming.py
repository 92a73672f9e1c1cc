"""Takes queued jobs of a locked execution."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from executions.agents.base import Task, WantedField
from executions.engine.attempt import Attempt, Plan
from executions.engine.plan import plan_of
from executions.models import Execution, Job, JobStatus, Session
from executions.transitions import move_each
from mino.common.models import new_id
from projects.models import Row
from projects.placeholders import fill_placeholders


def take_jobs(execution: Execution, count: int, *, worker: str, now: datetime) -> list[Attempt]:
    """Turn up to `count` queued jobs into running ones, each with a new session.

    Jobs that another transaction holds are skipped where the database can do that. The caller holds the execution's
    lock and counts.
    """
    queued = Job.objects.filter(execution=execution, status=JobStatus.QUEUED).select_related("row")
    jobs = list(
        queued.select_for_update(skip_locked=True, of=("self",))
        .only("id", "organization_id", "attempts", "url", "row__inputs", "row__truth", "row__key", "row__instructions")
        .order_by("position")[:count]
    )
    if not jobs:
        return []
    plan = plan_of(execution.pk)
    attempts = [_attempt(plan, job, now) for job in jobs]
    lease = now + timedelta(seconds=settings.LEASE_SECONDS)
    Session.objects.bulk_create(
        Session(
            id=attempt.session_id,
            organization_id=job.organization_id,
            job=job,
            number=attempt.number,
            worker=worker,
            lease_expires_at=lease,
            started_at=now,
        )
        for attempt, job in zip(attempts, jobs, strict=True)
    )
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


def _attempt(plan: Plan, job: Job, now: datetime) -> Attempt:
    return Attempt(
        plan=plan,
        job_id=job.pk,
        session_id=new_id(),
        number=job.attempts + 1,
        started_at=now,
        task=_task(plan, job.row, job.url),
        truth=job.row.truth,
    )


def _task(plan: Plan, row: Row, url: str) -> Task:
    """What the agent is told: the row's own instructions or the execution's, with the row's values filled in."""
    values = dict(row.inputs)
    if plan.url_column:
        values[plan.url_column] = url
    if plan.key_column:
        values[plan.key_column] = row.key
    return Task(
        url=url,
        instructions=fill_placeholders(row.instructions or plan.instructions, values),
        fields=[WantedField(column.name, column.type) for column in plan.columns],
        inputs=row.inputs,
        settings=plan.settings,
        timeout=plan.timeout,
        row_key=row.key,
    )
