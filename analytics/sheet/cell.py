"""What is known about one cell of truth: its notes, and what the newest executions answered."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from analytics.truth import MOST_ANSWERS
from executions.models import Job, JobStatus
from executions.services.accepting import acceptable, addable
from executions.views.cells import shown_value
from projects.models import Column, Row, TruthNote
from projects.services.notes import may_delete


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note, and whether the reader may delete it."""

    note: TruthNote
    deletable: bool


@dataclass(frozen=True, slots=True)
class CellAnswer:
    """What one execution answered in the cell.

    `takes` is the cell of truth that the answer would make, `adds` what it would add to a cell that holds another value
    already; both are empty where that can't be written.
    """

    job: Job
    outcome: str
    shown: str
    takes: str
    adds: str


def notes_of(row: Row, user: User, column: str = "") -> list[ShownNote]:
    """The notes of a row, or of one of its cells, oldest first: one query. The row's batch and project are loaded."""
    notes = TruthNote.objects.filter(row=row).select_related("user", "api_key").order_by("created_at", "id")
    found = notes.filter(column=column) if column else notes
    for one in found:
        one.batch = row.batch
    return [ShownNote(one, may_delete(one, user)) for one in found]


def answers_in(row: Row, column: Column) -> list[CellAnswer]:
    """What the newest executions answered in one column, newest first: one query."""
    jobs = Job.objects.filter(row=row, status=JobStatus.COMPLETED).select_related("execution")
    newest = jobs.defer("execution__instructions").order_by("-finished_at")
    return [_answer(job, column) for job in newest[:MOST_ANSWERS]]


def _answer(job: Job, column: Column) -> CellAnswer:
    return CellAnswer(
        job,
        job.outcomes.get(column.name, "not_gradable"),
        shown_value((job.result or {}).get(column.name)),
        acceptable(column, job) or "",
        addable(column, job) or "",
    )
