"""Closes an execution whose last job has ended."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import F

from executions.models import Execution, ExecutionStatus
from executions.transitions import move


def complete_if_done(execution_id: uuid.UUID, now: datetime) -> bool:
    """Complete the execution if all its jobs exist and none is active; called by the transaction that ends a job."""
    done = Execution.objects.filter(
        pk=execution_id, queued_jobs=0, running_jobs=0, retrying_jobs=0, prepared_jobs=F("total_jobs")
    ).filter(status__in=[ExecutionStatus.RUNNING, ExecutionStatus.PAUSED])
    return move(done, ExecutionStatus.COMPLETED, finished_at=now) == 1
