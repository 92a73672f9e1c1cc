"""The truth of a row as its page shows it: cells to edit, what the runs answered, and what was changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.http import QueryDict

from executions.models import Job, JobStatus
from executions.services.accepting import acceptable, addable
from executions.views.cells import shown_value
from mino.common.values.clean import clean_text
from mino.common.values.columns import ColumnRole
from projects.models import Batch, Column, Row, TruthRevision
from projects.services.truth_cells import CellChange, absent_value, checked_value

MOST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Editable:
    """A cell of truth: its column, what it holds, and what stands in the field (both empty where nothing is known)."""

    column: Column
    truth: str
    typed: str

    @property
    def can_be_absent(self) -> bool:
        """Whether the column has a text for "there is none" that does not stand here yet."""
        text = self.column.matching.absent_text.strip()
        return bool(text) and self.truth != text


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """What a run answered in a column; `takes` says whether that can be made the truth, `adds` whether added."""

    column: Column
    outcome: str
    shown: str
    takes: bool
    adds: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What one execution answered for the row."""

    job: Job
    cells: Sequence[AnswerCell]


@dataclass(frozen=True, slots=True)
class ShownRevision:
    """A revision, what its cell holds today (empty where nothing is known), and how many cells changed with it."""

    revision: TruthRevision
    today: str
    together: int = 1

    @property
    def can_be_taken_back(self) -> bool:
        """Whether the cell held something else before than it holds today."""
        return (self.revision.before or "") != self.today


def truth_columns(batch: Batch) -> list[Column]:
    """The columns of truth in their order."""
    return list(batch.columns.filter(role=ColumnRole.GROUND_TRUTH).order_by("position"))


def editable_cells(row: Row, columns: Sequence[Column], typed: Mapping[str, str]) -> list[Editable]:
    """The cells of a row with what was typed into them, if anything was."""
    return [
        Editable(column, text := str(row.truth.get(column.name) or ""), typed.get(f"value-{column.position}", text))
        for column in columns
    ]


def answers_of(row: Row, columns: Sequence[Column]) -> list[Answer]:
    """What the newest executions answered for the row, newest first: one query."""
    jobs = Job.objects.filter(row=row, status=JobStatus.COMPLETED).select_related("execution__instruction_version")
    newest = jobs.defer("execution__instructions", "execution__instruction_version__text").order_by("-finished_at")
    return [Answer(job, [_answer(job, column) for column in columns]) for job in newest[:MOST_ANSWERS]]


def _answer(job: Job, column: Column) -> AnswerCell:
    outcome = job.outcomes.get(column.name, "not_gradable")
    shown = shown_value((job.result or {}).get(column.name))
    is_right = outcome in ("correct", "correctly_empty")
    takes = bool(shown) and not is_right and acceptable(column, job) is not None
    return AnswerCell(column, outcome, shown, takes, takes and outcome == "wrong" and addable(column, job) is not None)


def shown_revisions(revisions: Sequence[TruthRevision]) -> list[ShownRevision]:
    """Revisions with what their cells hold today, whose rows are loaded; one query for what changed together."""
    together = changed_together(revisions)
    return [
        ShownRevision(one, str(one.row.truth.get(one.column) or ""), together.get(one.change, 1)) for one in revisions
    ]


def changed_together(revisions: Sequence[TruthRevision]) -> Mapping[uuid.UUID | None, int]:
    """How many cells each of the changes has that these revisions belong to."""
    changes = {one.change for one in revisions if one.change}
    if not changes:
        return {}
    counted = TruthRevision.objects.filter(change__in=changes).order_by().values("change").annotate(cells=Count("pk"))
    return {one["change"]: one["cells"] for one in counted}


def changes_from(row: Row, columns: Sequence[Column], data: QueryDict) -> list[CellChange]:
    """The changes that a posted form asks for: cells whose text differs from what their editor saw.

    `absent` names the position of a column of which it is known that there is nothing. Raises InvalidInput.
    """
    changes = []
    for column in columns:
        seen = clean_text(data.get(f"seen-{column.position}", ""))
        value = checked_value(column.name, data.get(f"value-{column.position}", seen))
        if data.get("absent") == str(column.position):
            value = absent_value(column)
        if value != checked_value(column.name, seen):
            changes.append(CellChange(row.pk, column.name, value, seen))
    return changes
