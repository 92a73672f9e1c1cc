"""The figures of a comparison as a value, and as JSON to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analytics.statistics.paired import Difference

LEFT_OUT = {
    "missing_first": "not in the baseline",
    "missing_second": "only in the baseline",
    "unfinished": "not done in one of them",
    "error_first": "failed in the baseline",
    "error_second": "failed in the other",
    "error_both": "failed in both",
    "not_gradable": "without a truth to grade by",
}
"""Why rows are left out of the comparison, in the order in which a row is counted for one reason only."""


COUNTS = ("rows", "left_out", "other_truths", "other_instructions", "own_instructions", "both_right", "both_wrong")


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """A column, and the difference of its cells that both executions graded."""

    name: str
    type: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Figures:
    """All of one comparison: of rows that pass, of all cells, and column by column.

    `rows` counts the rows that either has; `left_out` those that are not paired, by the reasons of LEFT_OUT.
    `seconds` are the median times of rows that both answered. `other_truths` counts paired rows whose truth differs,
    `other_instructions` those whose own instructions do, `own_instructions` those that had the same of their own.
    """

    rows: int
    left_out: Mapping[str, int]
    passing: Difference
    accuracy: Difference
    columns: tuple[ColumnDifference, ...]
    seconds: tuple[float | None, float | None]
    other_truths: int
    other_instructions: int
    own_instructions: int
    both_right: int
    both_wrong: int

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Figures:
        """What was kept. Raises KeyError or TypeError where another version of MINO kept something else."""
        columns = tuple(
            ColumnDifference(one["name"], one["type"], Difference(**one["difference"])) for one in kept["columns"]
        )
        rest = {name: kept[name] for name in COUNTS}
        return cls(
            **rest,
            columns=columns,
            passing=Difference(**kept["passing"]),
            accuracy=Difference(**kept["accuracy"]),
            seconds=(kept["seconds"][0], kept["seconds"][1]),
        )
