"""The figures of an execution as its pages show them: from its counters, never from its jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from executions.engine.plan import column_specs
from executions.models import Execution, JobStatus
from executions.services.holding import paused_seconds_until
from mino.common.values.columns import ColumnRole
from mino.common.values.share import Share

OUTCOMES = ("correct", "correctly_empty", "wrong", "missed", "invented", "not_gradable")


@dataclass(frozen=True, slots=True)
class ColumnFigures:
    """One column: its name and type, how often each outcome occurred, and the accuracy."""

    name: str
    type: str
    counts: dict[str, int]
    accuracy: Share


@dataclass(frozen=True, slots=True)
class ErrorFigures:
    """How many jobs ended with an error code."""

    code: str
    count: int


def job_counts(execution: Execution) -> dict[str, int]:
    """The jobs by status. States that never occurred in it are left out, but for those that always may."""
    counts = {status.value: getattr(execution, f"{status.value}_jobs") for status in JobStatus}
    always = (JobStatus.COMPLETED, JobStatus.RUNNING, JobStatus.ERROR, JobStatus.QUEUED)
    return {status: count for status, count in counts.items() if count or status in always}


def field_names(execution: Execution) -> list[str]:
    """The columns that are extracted, in their order."""
    return [str(column["name"]) for column in execution.columns if column["role"] == ColumnRole.GROUND_TRUTH]


def column_figures(execution: Execution) -> list[ColumnFigures]:
    """The figures of each column, in the order of the batch."""
    types = {str(column["name"]): str(column["type"]) for column in execution.columns}
    statistics = execution.column_statistics.order_by("position")
    return [
        ColumnFigures(
            name=one.column,
            type=types.get(one.column, ""),
            counts={outcome: getattr(one, outcome) for outcome in OUTCOMES},
            accuracy=one.accuracy,
        )
        for one in statistics
    ]


def error_figures(execution: Execution) -> list[ErrorFigures]:
    """The errors by code, the most frequent first."""
    figures = [ErrorFigures(code, count) for code, count in execution.error_counts.items() if count > 0]
    return sorted(figures, key=lambda one: (-one.count, one.code))


def running_seconds(execution: Execution, now: datetime) -> float:
    """How long it ran so far, without the time it was paused."""
    if execution.started_at is None:
        return 0.0
    until = execution.finished_at or now
    passed = (until - execution.started_at).total_seconds()
    return max(0.0, passed - paused_seconds_until(execution, until))


def mean_row_seconds(execution: Execution) -> float | None:
    """The agent's time for a row on average, without any waiting."""
    ended = execution.completed_jobs + execution.error_jobs
    return execution.agent_seconds / ended if ended and execution.agent_seconds else None


def described_columns(execution: Execution) -> Sequence[tuple[str, str, str]]:
    """Name, type and matching options (those that differ from their defaults, in words) of each extracted column, as
    today's verdicts use them."""
    return [
        (spec.name, spec.type.value, describe_options(spec.options.to_mapping(spec.type)))
        for spec in column_specs(execution)
    ]


def describe_options(options: Mapping[str, object]) -> str:
    """`tolerance 0.01, multiple all`; a switch is named alone when it is on."""
    told = []
    for name, value in options.items():
        word = name.replace("_", " ")
        told.append(word if value is True else f"no {word}" if value is False else f"{word} {value}")
    return ", ".join(told)
