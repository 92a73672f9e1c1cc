"""Finds work again whose wake-up calls were lost."""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Least

from executions.engine.waking import wake_preparation, wake_slots
from executions.models import Execution, ExecutionStatus

MOST_SLOTS = 10
"""Slots asked for in one sweep: enough to get going again, too few to flood a busy broker."""


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
