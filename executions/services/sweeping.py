"""Finds work again whose wake-up calls were lost."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Least
from django.utils import timezone

from executions.engine.waking import wake_preparation, wake_slots
from executions.models import Execution, ExecutionStatus, Session, SessionStatus
from executions.services.control import execution_stop

ABANDONED_AFTER_LEASES = 5
MOST_SLOTS = 10
"""Slots asked for in one sweep: enough to get going again, too few to flood a busy broker."""


def stop_abandoned() -> int:
    """Stop executions whose own worker is gone: no lease holds, and nothing was written for several leases.

    Nobody else may run their jobs, so that they would stay unfinished for ever. Answers how many were stopped.
    """
    now = timezone.now()
    quiet_since = now - ABANDONED_AFTER_LEASES * timedelta(seconds=settings.LEASE_SECONDS)
    held = Session.objects.filter(status=SessionStatus.RUNNING, lease_expires_at__gt=now, job__execution=OuterRef("pk"))
    own = Execution.objects.unfinished().filter(has_own_worker=True, updated_at__lt=quiet_since)
    abandoned = list(own.filter(~Exists(held)).values_list("pk", flat=True))
    for execution_id in abandoned:
        execution_stop(execution_id)
    return len(abandoned)


def find_work() -> int:
    """Ask for slots where jobs wait below the concurrency, and for jobs where an execution has none yet.

    Answers how many slots were asked for.
    """
    for execution_id in Execution.objects.filter(status=ExecutionStatus.QUEUED).values_list("pk", flat=True):
        wake_preparation(execution_id)
    waiting = Execution.objects.filter(
        status=ExecutionStatus.RUNNING,
        has_own_worker=False,
        queued_jobs__gt=0,
        running_jobs__lt=F("effective_concurrency"),
    )
    free = waiting.annotate(free=Least(F("queued_jobs"), F("effective_concurrency") - F("running_jobs")))
    wanted = min(MOST_SLOTS, sum(free.values_list("free", flat=True)))
    wake_slots(wanted)
    return wanted
