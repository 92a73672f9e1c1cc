"""Executions with the figures that their list shows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from analytics.exporting.lists.walking import list_table, moment, one_by_one, share
from analytics.exporting.table import Cell, FlatTable
from analytics.figures import for_lists
from executions.models import Execution

HEADERS = (
    *("number", "status", "type", "project", "batch", "instruction_version", "agent"),
    *("rows", "completed", "errors", "skipped", "stopped", "passed", "not_passed", "not_gradable"),
    *("accuracy", "accuracy_low", "accuracy_high", "graded_fields", "pass_rate", "agent_seconds", "cost", "currency"),
    *("created_at", "started_at", "finished_at", "status_reason"),
)


def executions_table(executions: QuerySet[Execution]) -> FlatTable:
    """Executions, the newest first. Shares are 0 to 1."""
    return list_table("Executions", HEADERS, for_lists(executions), one_by_one(_cells))


def _cells(one: Execution) -> Sequence[Cell]:
    accuracy = one.accuracy
    return (
        *(one.number, one.status, one.type, one.project.name, one.batch.name),
        *(one.instruction_version.number, one.agent),
        *(one.total_jobs, one.completed_jobs, one.error_jobs, one.skipped_jobs, one.stopped_jobs),
        *(one.passed_jobs, one.failed_jobs, one.not_gradable_jobs),
        *(share(accuracy.value), share(accuracy.low), share(accuracy.high), accuracy.n, share(one.pass_rate.value)),
        *(round(one.agent_seconds, 3), one.cost, one.currency),
        *(moment(one.created_at), moment(one.started_at), moment(one.finished_at), one.status_reason),
    )
