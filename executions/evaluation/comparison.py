"""How one extracted value stands to one accepted value."""

from __future__ import annotations

from dataclasses import dataclass

from executions.evaluation.verdict import Reason
from mino.common.values.text import fold_text


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing two values. `reason` is None when they count as equal; `score` is 0..1."""

    score: float
    reason: Reason | None
    explanation: str

    @property
    def is_equal(self) -> bool:
        return self.reason is None

    @property
    def rank(self) -> tuple[bool, float, bool]:
        """The larger, the better: for choosing the best of several accepted values."""
        return (self.is_equal, self.score, self.reason is not Reason.TYPE_MISMATCH)


def equal(explanation: str = "Equal", score: float = 1.0) -> Comparison:
    return Comparison(score, None, explanation)


def different(explanation: str) -> Comparison:
    return Comparison(0.0, Reason.VALUE_MISMATCH, explanation)


def mismatch(explanation: str) -> Comparison:
    return Comparison(0.0, Reason.TYPE_MISMATCH, explanation)


def compare_unreadable(expected: str, text: str, kind: str, *, truth_is_readable: bool) -> Comparison:
    """Compare two values of which at least one can't be read as `kind` ("a number"): only the same text is right."""
    if fold_text(expected) == fold_text(text):
        return equal("Equal as text")
    if not truth_is_readable:
        return mismatch(f"The truth can't be read as {kind}, so only the same text would be right")
    return mismatch(f"Can't be read as {kind}")
