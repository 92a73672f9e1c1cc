"""Keeps what the repeats of an execution told. Another application computes it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from executions.models import Execution
from executions.models.execution import UNFINISHED


def repeat_figures_forget(execution_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Forget the figures of those that have ended and run rows several times: they are to be computed again.

    Answers which these are.
    """
    ended = Execution.objects.filter(pk__in=execution_ids, repeats__gt=1).exclude(status__in=UNFINISHED)
    found = list(ended.values_list("pk", flat=True))
    Execution.objects.filter(pk__in=found).update(repeat_figures=None)
    return found


def repeat_figures_keep(execution_id: uuid.UUID, figures: Mapping[str, Any]) -> None:
    """Keep what was computed of an execution; of one that runs again nothing is kept."""
    Execution.objects.filter(pk=execution_id).exclude(status__in=UNFINISHED).update(repeat_figures=dict(figures))
