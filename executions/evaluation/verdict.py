"""What evaluation says: about one cell, and about one row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How one extracted cell stands against its truth. A failed job has no outcomes: it is an error."""

    CORRECT = "correct"
    WRONG = "wrong"
    MISSED = "missed"
    """The truth is known, and nothing was extracted."""
    INVENTED = "invented"
    """The truth says that there is nothing, and something was extracted."""
    CORRECTLY_EMPTY = "correctly_empty"
    """The truth says that there is nothing, and nothing was extracted."""
    NOT_GRADABLE = "not_gradable"
    """No truth is given."""

    @property
    def is_good(self) -> bool:
        return self in GOOD_OUTCOMES

    @property
    def is_gradable(self) -> bool:
        return self is not Outcome.NOT_GRADABLE


GOOD_OUTCOMES = frozenset({Outcome.CORRECT, Outcome.CORRECTLY_EMPTY})


class Reason(StrEnum):
    """Why a cell is wrong."""

    TYPE_MISMATCH = "type_mismatch"
    """A value of another kind: no number where a number is wanted, an object where a text is wanted."""
    PARTIAL_MATCH = "partial_match"
    """Related to the truth, but not equal: a similar text, or some of the values of a list."""
    VALUE_MISMATCH = "value_mismatch"
    """Another value."""


class EvaluationResult(StrEnum):
    """The verdict on a whole row."""

    PASSED = "pass"
    FAILED = "fail"
    NOT_GRADABLE = "not_gradable"


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """The verdict on one cell.

    `score` is 0..1 (1 for a good cell, the similarity or the share of the list for a partial match), None where nothing
    could be compared (not_gradable). `reason` is set for wrong cells only. `explanation` is a short sentence without a
    full stop, for people.
    """

    outcome: Outcome
    score: float | None
    reason: Reason | None
    explanation: str


@dataclass(frozen=True, slots=True)
class RowScore:
    """How one row fared: its result, and how many of the gradable cells are good."""

    result: EvaluationResult
    good: int
    gradable: int


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """The verdict on one row: its result, its cells by column name, and how many of the gradable cells are good."""

    result: EvaluationResult
    cells: dict[str, CellVerdict]
    good: int
    gradable: int
