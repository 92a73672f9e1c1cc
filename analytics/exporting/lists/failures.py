"""Rows without an answer, and attempts that wait for their time."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from analytics.exporting.lists.walking import list_table, moment, one_by_one
from analytics.exporting.table import Cell, FlatTable
from executions.models import Job, Retry

LETTER_HEADERS = (
    *("execution", "project", "batch", "agent", "row", "url"),
    *("error_code", "error_message", "failure_type", "attempts", "finished_at"),
)
LETTER_FIELDS = (
    *("row_position", "url", "error_code", "error_message", "failure_type", "attempts", "finished_at"),
    *("execution__number", "execution__agent", "batch__name", "project__name"),
)
RETRY_HEADERS = (
    *("execution", "project", "batch", "row", "url"),
    *("attempt", "scheduled_for", "error_code", "error_message"),
)


def letters_table(jobs: QuerySet[Job]) -> FlatTable:
    """Jobs that ended without an answer, the last first."""
    found = jobs.select_related("execution", "batch", "project").only(*LETTER_FIELDS)
    return list_table("Dead letters", LETTER_HEADERS, found, one_by_one(_letter), keys=("finished_at", "id"))


def retries_table(retries: QuerySet[Retry]) -> FlatTable:
    """Attempts that are scheduled, the first due first."""
    keys = ("scheduled_for", "id")
    return list_table("Waiting", RETRY_HEADERS, retries, one_by_one(_retry), keys=keys, ascending=True)


def _letter(one: Job) -> Sequence[Cell]:
    return (
        *(one.execution.number, one.project.name, one.batch.name, one.execution.agent, one.row_position, one.url),
        *(one.error_code, one.error_message, one.failure_type, one.attempts, moment(one.finished_at)),
    )


def _retry(one: Retry) -> Sequence[Cell]:
    execution = one.execution
    return (
        *(execution.number, execution.project.name, execution.batch.name, one.job.row_position, one.job.url),
        *(one.attempt_number, moment(one.scheduled_for), one.error_code, one.error_message),
    )
