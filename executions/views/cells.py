"""The cells of one job: what was expected beside what was extracted, and why they do or do not agree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from executions.evaluation.values import as_text, is_blank
from executions.models import FieldResult, Job, JobStatus
from executions.services.accepting import acceptable
from executions.views.figures import described_columns
from mino.common.values.columns import ColumnRole
from projects.models import Column

LONGEST_VALUE = 2000
"""Characters of a value that a page shows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a job. `outcome` is that of the evaluation, or `error` or `pending` where there is none.

    For those who may change the truth, `truth` is the row's whole cell, and `takes` what the answer would make of it
    (empty where it can't be written); `is_open` says that the cell is not right.
    """

    name: str
    type: str
    options: str
    expected: str | None
    extracted: str
    outcome: str
    explanation: str = ""
    reason: str = ""
    source: str = ""
    truth: str = ""
    takes: str = ""
    is_open: bool = False

    @property
    def differs(self) -> bool:
        """Whether both sides have a text whose differences are worth marking."""
        return self.outcome == "wrong" and bool(self.expected) and bool(self.extracted)


def cells_of(job: Job) -> list[Cell]:
    """The cells of a job in the order of the columns: one query."""
    results = {result.column: result for result in FieldResult.objects.current().filter(job=job)}
    columns = described_columns(job.execution)
    return [_cell(job, name, kind, options, results.get(name)) for name, kind, options in columns]


def with_offers(cells: Sequence[Cell], job: Job) -> list[Cell]:
    """The cells of a job that has an answer, with what may be made of their truth: one query."""
    if job.status != JobStatus.COMPLETED:
        return list(cells)
    columns = {column.name: column for column in job.batch.columns.filter(role=ColumnRole.GROUND_TRUTH)}
    return [_with_offer(cell, job, columns[cell.name]) if cell.name in columns else cell for cell in cells]


def _with_offer(cell: Cell, job: Job, column: Column) -> Cell:
    is_right = cell.outcome in ("correct", "correctly_empty")
    takes = None if is_right else acceptable(column, job)
    return replace(cell, truth=str(job.row.truth.get(cell.name) or ""), takes=clip(takes or ""), is_open=not is_right)


def _cell(job: Job, name: str, kind: str, options: str, result: FieldResult | None) -> Cell:
    if result is None:
        truth = job.row.truth.get(name)
        outcome = "error" if job.status == "error" else "pending"
        return Cell(name, kind, options, clip(truth) if truth else None, "", outcome)
    return Cell(
        name=name,
        type=kind,
        options=options,
        expected=clip(result.expected) if result.expected else None,
        extracted=shown_value(result.extracted),
        outcome=result.outcome,
        explanation=result.explanation,
        reason=result.reason,
        source=str(job.sources.get(name, "")),
    )


def shown_value(value: Any) -> str:
    """A JSON value as a page shows it: text as it is, objects and lists as JSON, at most 2,000 characters."""
    if is_blank(value):
        return ""
    text = as_text(value)
    return clip(text if text is not None else json.dumps(value, ensure_ascii=False))


def clip(text: str) -> str:
    """The beginning of a long text, with a word on how much is missing."""
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]} … and {len(text) - LONGEST_VALUE:,} more characters"


def outcome_counts(cells: Sequence[Cell]) -> list[tuple[str, int]]:
    """How many cells have each outcome, in the order of first occurrence."""
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell.outcome] = counts.get(cell.outcome, 0) + 1
    return list(counts.items())
