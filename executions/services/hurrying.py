"""Lets a job that waits for its next attempt have it at once."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.permissions import Principal
from executions.engine.waking import wake_slots
from executions.models import ExecutionStatus, Job, JobStatus, Retry, RetryStatus
from executions.services.locking import Controlled, lock_execution
from mino.common.errors import InvalidState


def job_retry_now(job_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Make the next attempt at a job due now; while its execution is paused it waits for the resume all the same.

    A job that waits for a free slot or runs is left alone: `affected_jobs` is 0 then. Raises InvalidState when the job
    has ended, PermissionDenied.
    """
    with transaction.atomic():
        execution_id = Job.objects.values_list("execution_id", flat=True).get(pk=job_id)
        execution, _ = lock_execution(execution_id, user)
        mine = Job.objects.filter(pk=job_id)
        status = mine.select_for_update().values_list("status", flat=True).get()
        if status in (JobStatus.QUEUED, JobStatus.RUNNING):
            return Controlled(execution)
        if status != JobStatus.RETRYING:
            raise InvalidState(f"This row is {status}: it waits for no further attempt.")
        now = timezone.now()
        waiting = Retry.objects.filter(job=job_id, status=RetryStatus.PENDING, scheduled_for__gt=now)
        moved = waiting.update(scheduled_for=now)
        mine.filter(next_retry_at__gt=now).update(next_retry_at=now)
        if moved:
            row = mine.values_list("row_position", flat=True).get()
            record("job.hurried", execution, organization=execution.organization_id, after={"row": row}, by=user)
        if execution.status == ExecutionStatus.RUNNING:
            wake_slots(moved)
        return Controlled(execution, moved)
