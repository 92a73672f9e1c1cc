"""Evaluation: (type and options of a column, expected, extracted) gives a verdict. Pure: the same in, the same out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from executions.evaluation.comparison import Comparison
from executions.evaluation.matching import compare_all, compare_any
from executions.evaluation.values import extracted_values, read_truth
from executions.evaluation.verdict import CellVerdict, EvaluationResult, Outcome, RowScore, RowVerdict
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions
from mino.common.values.text import MAX_TEXT

_UNKNOWN = CellVerdict(Outcome.NOT_GRADABLE, None, None, "The truth is not known")
_EMPTY = CellVerdict(Outcome.CORRECTLY_EMPTY, 1.0, None, "There is none, and none was found")
_INVENTED = CellVerdict(Outcome.INVENTED, 0.0, None, "There is none, but something was found")
_MISSED = CellVerdict(Outcome.MISSED, 0.0, None, "Nothing was found")


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column of truth: the name under which its values are found, its type, and how they are compared."""

    name: str
    type: ColumnType
    options: MatchingOptions


def evaluate_cell(
    column_type: ColumnType, options: MatchingOptions, expected: str | None, extracted: Any
) -> CellVerdict:
    """Judge one extracted JSON value against its cell of truth. Never raises, whatever the agent answered.

    `expected` is the cell as it stands in the file, with its alternatives; None or blank when there is none.
    """
    truth = read_truth(options, expected)
    if truth.is_unknown:
        return _UNKNOWN
    values = extracted_values(column_type, options, extracted)
    if not values:
        return _EMPTY if truth.absent else _MISSED
    if not truth.values:
        return _INVENTED
    accepted = tuple(value[:MAX_TEXT] for value in truth.values)
    if options.multiple == "all":
        return _verdict(compare_all(column_type, options, accepted, values))
    if column_type in {ColumnType.TEXT, ColumnType.URL} and len(accepted) > 1 and expected is not None:
        # "Shop | Home" as truth, written without a backslash, still is the text that it is.
        accepted = (*accepted, expected.strip()[:MAX_TEXT])
    return _verdict(compare_any(column_type, options, accepted, values))


def _verdict(comparison: Comparison) -> CellVerdict:
    outcome = Outcome.CORRECT if comparison.is_equal else Outcome.WRONG
    return CellVerdict(outcome, comparison.score, comparison.reason, comparison.explanation)


def evaluate_row(
    columns: Sequence[ColumnSpec], expected: Mapping[str, str | None], extracted: Mapping[str, Any]
) -> RowVerdict:
    """Judge one row. It passes when every gradable cell of the columns required for it is good.

    A column that is missing in `expected` has no truth; one that is missing in `extracted` was not found. `good` and
    `gradable` count over all columns, required or not: accuracy is good / gradable.
    """
    cells = {
        column.name: evaluate_cell(column.type, column.options, expected.get(column.name), extracted.get(column.name))
        for column in columns
    }
    score = score_row(columns, {name: cell.outcome for name, cell in cells.items()})
    return RowVerdict(score.result, cells, score.good, score.gradable)


def score_row(columns: Sequence[ColumnSpec], outcomes: Mapping[str, Outcome]) -> RowScore:
    """Sum up the outcomes of a row's cells; a column without one counts as not gradable."""
    of_columns = [(column, outcomes.get(column.name, Outcome.NOT_GRADABLE)) for column in columns]
    gradable = [(column, outcome) for column, outcome in of_columns if outcome.is_gradable]
    required = [outcome for column, outcome in gradable if column.options.required_for_pass]
    result = EvaluationResult.NOT_GRADABLE
    if required:
        passed = all(outcome.is_good for outcome in required)
        result = EvaluationResult.PASSED if passed else EvaluationResult.FAILED
    return RowScore(result, sum(outcome.is_good for _, outcome in gradable), len(gradable))
