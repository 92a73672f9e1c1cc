"""Lists of pages as tables: executions and dead letters, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from analytics.exporting.table import Cell, FlatTable
from analytics.figures import for_lists
from executions.models import Execution, Job
from mino.common.pagination import beyond

CHUNK = 500
M = TypeVar("M", bound=Model)
EXECUTION_HEADERS = (
    *("number", "status", "type", "project", "batch", "instruction_version", "agent"),
    *("rows", "completed", "errors", "skipped", "stopped", "passed", "not_passed", "not_gradable"),
    *("accuracy", "accuracy_low", "accuracy_high", "graded_fields", "pass_rate", "agent_seconds", "cost", "currency"),
    *("created_at", "started_at", "finished_at", "status_reason"),
)
LETTER_HEADERS = (
    *("execution", "project", "batch", "agent", "row", "url"),
    *("error_code", "error_message", "failure_type", "attempts", "finished_at"),
)
LETTER_FIELDS = (
    *("row_position", "url", "error_code", "error_message", "failure_type", "attempts", "finished_at"),
    *("execution__number", "execution__agent", "batch__name", "project__name"),
)


def executions_table(executions: QuerySet[Execution]) -> FlatTable:
    """Executions with the figures that their list shows. Shares are 0 to 1."""
    found = for_lists(executions)
    return _table("Executions", EXECUTION_HEADERS, lambda: _chunks(found, ("created_at", "id"), _execution))


def letters_table(jobs: QuerySet[Job]) -> FlatTable:
    """Jobs that ended without an answer."""
    found = jobs.select_related("execution", "batch", "project").only(*LETTER_FIELDS)
    return _table("Dead letters", LETTER_HEADERS, lambda: _chunks(found, ("finished_at", "id"), _letter))


def _table(name: str, headers: Sequence[str], rows: Callable[[], Iterator[list[Sequence[Cell]]]]) -> FlatTable:
    return FlatTable(name, f"MINO, {name.lower()}", "", headers, rows)


def _chunks(
    found: QuerySet[M], keys: Sequence[str], cells: Callable[[Any], Sequence[Cell]]
) -> Iterator[list[Sequence[Cell]]]:
    """All objects in descending order of `keys`, each chunk by a query of its own."""
    ordered = found.order_by(*(f"-{key}" for key in keys))
    chunk = list(ordered[:CHUNK])
    while chunk:
        yield [cells(one) for one in chunk]
        last = [getattr(chunk[-1], key) for key in keys]
        chunk = list(ordered.filter(beyond(keys, last, ascending=False))[:CHUNK]) if len(chunk) == CHUNK else []


def _execution(one: Execution) -> Sequence[Cell]:
    accuracy = one.accuracy
    return (
        *(one.number, one.status, one.type, one.project.name, one.batch.name),
        *(one.instruction_version.number, one.agent),
        *(one.total_jobs, one.completed_jobs, one.error_jobs, one.skipped_jobs, one.stopped_jobs),
        *(one.passed_jobs, one.failed_jobs, one.not_gradable_jobs),
        *(_share(accuracy.value), _share(accuracy.low), _share(accuracy.high), accuracy.n, _share(one.pass_rate.value)),
        *(round(one.agent_seconds, 3), one.cost, one.currency),
        *(_time(one.created_at), _time(one.started_at), _time(one.finished_at), one.status_reason),
    )


def _letter(one: Job) -> Sequence[Cell]:
    return (
        *(one.execution.number, one.project.name, one.batch.name, one.execution.agent, one.row_position, one.url),
        *(one.error_code, one.error_message, one.failure_type, one.attempts, _time(one.finished_at)),
    )


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
