"""Ends executions before their time."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from executions.models import Execution, ExecutionStatus, Job, JobStatus
from executions.transitions import move
from mino.common.errors import InvalidState


def execution_stop(execution_id: uuid.UUID) -> int:
    """Stop an execution whose jobs no worker runs any more; what is done is kept.

    Answers how many jobs will not be run. Asking again changes nothing. Raises InvalidState when the execution has
    ended otherwise.
    """
    with transaction.atomic():
        execution = Execution.objects.select_for_update().get(pk=execution_id)
        if execution.status == ExecutionStatus.STOPPED:
            return 0
        now = timezone.now()
        if not move(Execution.objects.filter(pk=execution_id), ExecutionStatus.STOPPED, finished_at=now):
            raise InvalidState(f"Execution {execution.number} is {execution.status} and can't be stopped.")
        return _stop_jobs(execution)


def _stop_jobs(execution: Execution) -> int:
    stopped = 0
    for status in (JobStatus.QUEUED, JobStatus.RETRYING, JobStatus.RUNNING):
        jobs = Job.objects.filter(execution=execution, status=status)
        count = move(jobs, JobStatus.STOPPED, source=status, finished_at=timezone.now())
        counter = f"{status}_jobs"
        Execution.objects.filter(pk=execution.pk).update(
            **{counter: F(counter) - count, "stopped_jobs": F("stopped_jobs") + count}
        )
        stopped += count
    return stopped
