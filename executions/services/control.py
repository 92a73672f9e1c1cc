"""Ends executions before their time."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from executions.models import AgentCredential, Execution, ExecutionStatus, Job, JobStatus, Session, SessionStatus
from executions.transitions import move
from mino.common.errors import InvalidState


def execution_stop(execution_id: uuid.UUID) -> int:
    """Stop an execution; what is done is kept, and what its workers still do is not written any more.

    Answers how many jobs will not be run. Asking again changes nothing. Raises InvalidState when the execution has
    ended otherwise.
    """
    with transaction.atomic():
        execution = Execution.objects.only("organization_id", "agent").get(pk=execution_id)
        # Locks in the engine's order: credential, execution, job, session.
        credentials = AgentCredential.objects.filter(organization=execution.organization_id, agent=execution.agent)
        credential = credentials.select_for_update().first()
        execution = Execution.objects.select_for_update().get(pk=execution_id)
        if execution.status == ExecutionStatus.STOPPED:
            return 0
        now = timezone.now()
        if not move(Execution.objects.filter(pk=execution_id), ExecutionStatus.STOPPED, finished_at=now):
            raise InvalidState(f"Execution {execution.number} is {execution.status} and can't be stopped.")
        if credential is not None:
            credential.running_jobs = max(0, credential.running_jobs - execution.running_jobs)
            credential.save(update_fields=["running_jobs", "updated_at"])
        return _stop_jobs(execution, now)


def _stop_jobs(execution: Execution, now: datetime) -> int:
    running = Job.objects.filter(execution=execution, status=JobStatus.RUNNING)
    sessions = list(running.select_for_update().values_list("current_session", flat=True))
    stopped = 0
    for status in (JobStatus.QUEUED, JobStatus.RETRYING, JobStatus.RUNNING):
        jobs = Job.objects.filter(execution=execution, status=status)
        count = move(jobs, JobStatus.STOPPED, source=status, finished_at=now)
        counter = f"{status}_jobs"
        Execution.objects.filter(pk=execution.pk).update(
            **{counter: F(counter) - count, "stopped_jobs": F("stopped_jobs") + count}
        )
        stopped += count
    Session.objects.filter(pk__in=sessions).update(status=SessionStatus.STOPPED, lease_expires_at=None, finished_at=now)
    return stopped
