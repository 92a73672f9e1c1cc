"""The verdict on a row."""

from __future__ import annotations

from typing import Any

from executions.evaluation.evaluate import ColumnSpec, evaluate_row
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions


def column(name: str, column_type: ColumnType = ColumnType.TEXT, **options: Any) -> ColumnSpec:
    return ColumnSpec(name, column_type, MatchingOptions.from_mapping(column_type, options))


COLUMNS = [column("name"), column("price", ColumnType.NUMBER), column("note", required_for_pass=False)]


def test_a_row_passes_when_every_required_cell_is_good() -> None:
    row = evaluate_row(
        COLUMNS, {"name": "A", "price": "(absent)", "note": "x"}, {"name": "a", "price": None, "note": "y"}
    )
    assert (row.result, row.good, row.gradable) == ("pass", 2, 3)
    assert {name: str(cell.outcome) for name, cell in row.cells.items()} == {
        "name": "correct",
        "price": "correctly_empty",
        "note": "wrong",
    }


def test_a_row_fails_with_one_required_cell() -> None:
    row = evaluate_row(COLUMNS, {"name": "A", "price": "5", "note": "x"}, {"name": "a", "note": "x"})
    assert (row.result, row.good, row.gradable) == ("fail", 2, 3)


def test_cells_without_truth_do_not_count() -> None:
    row = evaluate_row(COLUMNS, {"name": "A"}, {"name": "A", "price": 5})
    assert (row.result, row.good, row.gradable) == ("pass", 1, 1)


def test_a_row_without_a_gradable_required_cell_is_not_gradable() -> None:
    row = evaluate_row(COLUMNS, {"note": "x"}, {"note": "y"})
    assert (row.result, row.good, row.gradable) == ("not_gradable", 0, 1)
    assert evaluate_row([], {}, {}).result == "not_gradable"
