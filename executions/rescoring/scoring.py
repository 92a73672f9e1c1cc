"""Scores some cells of a stored result anew; those of the other columns keep their verdicts."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from executions.evaluation.evaluate import ColumnSpec, evaluate_cell, score_row
from executions.evaluation.verdict import CellVerdict, Outcome, RowScore


class StoredResult(NamedTuple):
    """What a job has stored: its answer and how that was scored; `truth` is that of its row today."""

    id: uuid.UUID
    execution_id: uuid.UUID
    row_id: uuid.UUID
    result: Mapping[str, Any] | None
    outcomes: Mapping[str, str]
    evaluation_result: str
    good_fields: int
    gradable_fields: int
    retry_count: int
    requeue_count: int
    truth: Mapping[str, str | None]

    @property
    def is_first(self) -> bool:
        """Whether the first attempt gave the answer."""
        return self.retry_count == 0 and self.requeue_count == 0


FIELDS = (*StoredResult._fields[:-1], "row__truth")
"""Where the values of a stored result are found, from the job."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """A stored result with the new verdicts of some of its cells, and how the row fares with them."""

    stored: StoredResult
    cells: Mapping[str, CellVerdict]
    score: RowScore

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcomes of all cells."""
        return {**self.stored.outcomes, **{name: cell.outcome.value for name, cell in self.cells.items()}}


def rescore(stored: StoredResult, columns: Sequence[ColumnSpec], changed: Collection[str]) -> Rescored:
    """Compare the answer in the `changed` columns, those that the execution asked for, with today's truth."""
    answer = stored.result or {}
    cells = {
        column.name: evaluate_cell(column.type, column.options, stored.truth.get(column.name), answer.get(column.name))
        for column in columns
        if column.name in changed
    }
    outcomes = {name: Outcome(outcome) for name, outcome in stored.outcomes.items()}
    outcomes |= {name: cell.outcome for name, cell in cells.items()}
    return Rescored(stored, cells, score_row(columns, outcomes))
