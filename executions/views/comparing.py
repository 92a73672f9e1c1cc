"""An execution's figures when it first completed beside those of today, where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime

from executions.models import Execution
from executions.services.completion import FIGURES
from mino.common.values.share import Share, design_effect


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
    frozen: Mapping[str, Any] | None = execution.completion_figures
    if not frozen:
        return None
    today: dict[str, Any] = {name: getattr(execution, name) for name in FIGURES} | {"cost": execution.cost}
    then = {name: frozen.get(name, 0) for name in FIGURES} | {"cost": Decimal(str(frozen.get("cost", 0)))}
    if then == today:
        return None
    moments = [_moment(figures, execution.repeats) for figures in (then, today)]
    return Completion(parse_datetime(str(frozen.get("finished_at", ""))), *moments)


def _moment(figures: Mapping[str, Any], repeats: int) -> Moment:
    effect = design_effect(
        figures["graded_rows"],
        figures["gradable_fields"],
        figures["good_fields"],
        figures["gradable_fields_squared"],
        figures["good_fields_squared"],
        figures["good_times_gradable"],
    )
    return Moment(
        accuracy=Share.of(figures["good_fields"], figures["gradable_fields"], effect * repeats),
        pass_rate=Share.of(figures["passed_jobs"], figures["passed_jobs"] + figures["failed_jobs"], float(repeats)),
        completed=figures["completed_jobs"],
        errors=figures["error_jobs"],
        cost=figures["cost"],
    )
