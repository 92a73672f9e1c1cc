"""An agent's answer, written as truth, is right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executions.evaluation.accepting import truth_of_answer
from executions.evaluation.evaluate import ColumnSpec, evaluate_cell
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions

ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab|\\ ,;\n(0)[]", max_size=8) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
OPTIONS = st.builds(
    MatchingOptions,
    alternatives=st.sampled_from(["|", ";", "", ", "]),
    multiple=st.sampled_from(["any", "all"]),
    absent_text=st.sampled_from(["(absent)", "", "none"]),
    blank_means=st.sampled_from(["unknown", "absent"]),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(kind=st.sampled_from(ColumnType), options=OPTIONS, answer=ANSWERS)
def test_what_is_written_is_right(kind: ColumnType, options: MatchingOptions, answer: Any) -> None:
    cell = truth_of_answer(ColumnSpec("field", kind, options), answer)
    assert cell is None or evaluate_cell(kind, options, cell, answer).outcome.is_good
    assert cell is None or (cell == cell.strip() and cell)


@pytest.mark.parametrize(
    ("kind", "options", "answer", "cell"),
    [
        ("number", {}, 129.0, "129"),
        ("number", {}, "129,00 €", "129,00 €"),
        ("text", {}, "Shop | Home", "Shop \\| Home"),
        ("text", {"alternatives": ""}, "Shop | Home", "Shop | Home"),
        ("text", {"multiple": "all"}, ["red", "blue"], "red|blue"),
        ("text", {}, ["red", "blue"], "red|blue"),
        ("text", {"alternatives": ""}, ["red", "blue"], None),
        ("text", {}, {"name": "red"}, None),
        ("text", {}, None, "(absent)"),
        ("text", {"absent_text": ""}, None, None),
        ("text", {}, "(absent)", None),
        ("boolean", {}, True, "true"),
    ],
)
def test_how_answers_are_written(kind: str, options: dict[str, Any], answer: Any, cell: str | None) -> None:
    column = ColumnSpec("field", ColumnType(kind), MatchingOptions(**options))
    assert truth_of_answer(column, answer) == cell
