"""An execution's figures when it first completed beside those of today, where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from executions.models import Execution
from executions.services.completion import FIGURES, first_completion
from mino.common.values.share import Share


@dataclass(frozen=True, slots=True)
class Moment:
    """The figures of one moment."""

    accuracy: Share
    pass_rate: Share
    completed: int
    errors: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Completion:
    """When an execution first completed, its figures `then`, and `now`."""

    at: datetime | None
    then: Moment
    now: Moment


def at_completion(execution: Execution) -> Completion | None:
    """Both, None before the first completion and while nothing differs from it."""
    then = first_completion(execution)
    if then is None or all(getattr(then, name) == getattr(execution, name) for name in (*FIGURES, "cost")):
        return None
    return Completion(then.finished_at, _moment(then), _moment(execution))


def _moment(figures: Execution) -> Moment:
    return Moment(
        accuracy=figures.accuracy,
        pass_rate=figures.pass_rate,
        completed=figures.completed_jobs,
        errors=figures.error_jobs,
        cost=figures.cost,
    )
