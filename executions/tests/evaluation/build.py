"""Short ways to say what is evaluated."""

from __future__ import annotations

from typing import Any

from executions.evaluation.evaluate import evaluate_cell
from executions.evaluation.verdict import CellVerdict
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions


def judge(column_type: str, expected: str | None, extracted: Any, **options: Any) -> CellVerdict:
    """Evaluate one cell of a column of this type, with these options."""
    kind = ColumnType(column_type)
    return evaluate_cell(kind, MatchingOptions.from_mapping(kind, options), expected, extracted)


def outcome(column_type: str, expected: str | None, extracted: Any, **options: Any) -> str:
    """Return how the cell turned out: its outcome, and the reason where it is wrong."""
    verdict = judge(column_type, expected, extracted, **options)
    return f"{verdict.outcome}: {verdict.reason}" if verdict.reason else str(verdict.outcome)
