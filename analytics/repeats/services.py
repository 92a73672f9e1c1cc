"""Computes the figures of repeats when an execution has ended, and again when its results got other verdicts."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from analytics.repeats.computing import repeat_figures
from executions.models import Execution
from executions.models.execution import UNFINISHED
from executions.services.repeating import repeat_figures_forget, repeat_figures_keep
from mino.common.waking import wake

AT_ONCE = 20
TASK = "analytics.tasks.compute_repeats"


def repeats_want(execution_ids: Collection[uuid.UUID]) -> None:
    """Have the figures of these computed by a worker, once the transaction is committed."""
    for execution_id in repeat_figures_forget(execution_ids):
        wake(TASK, str(execution_id))


def repeats_want_one(execution_id: uuid.UUID) -> None:
    """The same for one that has just ended."""
    repeats_want([execution_id])


def repeats_compute(execution_id: uuid.UUID) -> None:
    """Compute and keep the figures; nothing happens to an execution that is gone, or whose rows are run once."""
    execution = Execution.objects.filter(pk=execution_id, repeats__gt=1).first()
    if execution is not None:
        repeat_figures_keep(execution.pk, repeat_figures(execution))


def repeats_sweep() -> int:
    """Ask for what lost wake-up calls left. Answers how many were asked for."""
    left = Execution.objects.filter(repeats__gt=1, repeat_figures__isnull=True).exclude(status__in=UNFINISHED)
    found = list(left.order_by("finished_at").values_list("pk", flat=True)[:AT_ONCE])
    for execution_id in found:
        wake(TASK, str(execution_id))
    return len(found)
