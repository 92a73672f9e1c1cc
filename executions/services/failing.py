"""Fails executions that can't be run at all; never because their jobs failed."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from executions.models import ExecutionStatus
from executions.services.control import end_execution
from executions.services.ending import end_running, end_waiting
from executions.services.locking import Controlled, give_back, lock_execution
from executions.telling import execution_tell


def execution_fail(execution_id: uuid.UUID, *, code: str, reason: str) -> Controlled:
    """End an execution that can't go on, with the reason for people to read. What is done is kept.

    One that has ended already is left as it is.
    """
    with transaction.atomic():
        execution, credential = lock_execution(execution_id, None)
        now = timezone.now()
        if not end_execution(execution, ExecutionStatus.FAILED, now, status_code=code, status_reason=reason):
            return Controlled(execution)
        give_back(credential, execution.running_jobs)
        stopped = end_running(execution, now)
        execution_tell(execution_id, "execution.failed")
    stopped += end_waiting(execution_id)
    execution.refresh_from_db()
    return Controlled(execution, stopped)
