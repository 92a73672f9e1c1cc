"""What an export of results holds: groups of columns, and which rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Q

from analytics.exporting.row_numbers import Span, within
from analytics.grid.asking import Ask
from analytics.grid.sources import job_condition, outcome_condition, row_condition


class Group(StrEnum):
    """Columns that are chosen together."""

    INPUTS = "inputs"
    TRUTH = "truth"
    EXTRACTED = "extracted"
    OUTCOME = "outcome"
    SCORE = "score"
    SOURCES = "sources"
    RESULT = "result"
    ERRORS = "errors"
    ATTEMPTS = "attempts"
    COST = "cost"
    TIMES = "times"


GROUP_LABELS: Mapping[Group, str] = {
    Group.INPUTS: "Inputs",
    Group.TRUTH: "Ground truth",
    Group.EXTRACTED: "Extracted values",
    Group.OUTCOME: "Outcome of each field",
    Group.SCORE: "Score of each field",
    Group.SOURCES: "Source of each value",
    Group.RESULT: "State, verdict and accuracy of the row",
    Group.ERRORS: "Error code and message",
    Group.ATTEMPTS: "Attempts and the agent's seconds",
    Group.COST: "Cost and currency",
    Group.TIMES: "Start and end",
}
USUAL = frozenset(Group) - {Group.SOURCES, Group.COST, Group.TIMES}
"""What an export holds unless something else is chosen."""
EXTRA_FIELDS: Mapping[Group, tuple[str, ...]] = {
    Group.SOURCES: ("sources",),
    Group.COST: ("cost",),
    Group.TIMES: ("started_at", "finished_at"),
}
"""The fields of jobs that are read for the other groups alone."""


NOT_ASKED = Ask()


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns and the rows of an export of results. Accuracy is in per cent; an empty filter narrows nothing.

    `outcomes` are those of cells in `column`, or in any. `only` names the inputs and fields that are wanted, empty for
    all. `grid` has the further filters of the grid that are no fields of jobs. `rows` are the numbers of rows in their
    batch.
    """

    groups: frozenset[Group] = USUAL
    statuses: tuple[str, ...] = ()
    evaluation_results: tuple[str, ...] = ()
    has_ground_truth: bool | None = None
    accuracy_min: float | None = None
    accuracy_max: float | None = None
    error_codes: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    column: str = ""
    only: frozenset[str] = frozenset()
    grid: Ask = NOT_ASKED
    rows: tuple[Span, ...] = ()

    def has(self, column: str) -> bool:
        """Whether an input or a field is wanted."""
        return not self.only or column in self.only

    @property
    def extra_fields(self) -> tuple[str, ...]:
        """The fields of jobs to be read besides the usual ones."""
        return tuple(name for group, names in EXTRA_FIELDS.items() if group in self.groups for name in names)

    @property
    def narrows(self) -> bool:
        """Whether any row is left out."""
        return bool(self.condition())

    def condition(self) -> Q:
        """What jobs have to fulfil; empty when all of them are wanted."""
        asked: dict[str, Any] = {
            "status__in": self.statuses,
            "evaluation_result__in": self.evaluation_results,
            "error_code__in": self.error_codes,
            "has_ground_truth": self.has_ground_truth,
            "accuracy__gte": None if self.accuracy_min is None else self.accuracy_min / 100,
            "accuracy__lte": None if self.accuracy_max is None else self.accuracy_max / 100,
        }
        own = Q(**{name: value for name, value in asked.items() if value is not None and value != ()})
        outcomes = outcome_condition(self.column, self.outcomes) if self.outcomes else Q()
        return own & outcomes & job_condition(self.grid) & within("row_position", self.rows)


@dataclass(frozen=True, slots=True)
class RowsWanted:
    """The rows of an export of a batch: what the filters of the grid find, and those with these numbers."""

    grid: Ask = NOT_ASKED
    rows: tuple[Span, ...] = ()

    def condition(self) -> Q:
        """What rows have to fulfil; empty when all of them are wanted."""
        return row_condition(self.grid) & within("position", self.rows)
