"""What holds for any truth and any answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executions.evaluation.evaluate import ColumnSpec, evaluate_cell, evaluate_row
from executions.evaluation.verdict import Outcome, Reason
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions

TELLING = [
    "", " ", "(absent)", "null", "5", "5.0", "1,234.50", "1.234", "-5 %", "PT1H", "1e999999999", "NaN", "yes",
    "InStock",
    "2021-04-06", "6 April 2021", "03/04/2021", "2021-04-06T10:00:00+14:00", "0001-01-01T00:00:00+14:00", "example.com",
    "https://www.example.com/a?b=1#c", "http://[", "a@b.de", "mailto:a@b.de", "+4930123456", "030 123456", "a|b",
    r"a\|b",
    "[1, 2]", "[" * 50, "Shop | Home", "&amp;amp;", "ß", "\0", "\ud800", "(5)", "129.900", "x" * 40_000, "9" * 5_000,
]  # fmt: skip
TEXTS = st.sampled_from(TELLING) | st.text(max_size=60)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
TYPES = st.sampled_from(list(ColumnType))


@st.composite
def any_options(draw: st.DrawFn) -> MatchingOptions:
    return MatchingOptions(
        exact=draw(st.booleans()),
        threshold=draw(st.floats(0, 1)),
        tolerance=draw(st.decimals(0, 10, places=2)),
        relative_tolerance=draw(st.decimals(0, 2, places=2)),
        day_first=draw(st.booleans()),
        precision=draw(st.sampled_from(["date", "datetime"])),
        region=draw(st.sampled_from(["", "DE", "US"])),
        alternatives=draw(st.sampled_from(["|", "", ",", "\n"])),
        multiple=draw(st.sampled_from(["any", "all"])),
        blank_means=draw(st.sampled_from(["unknown", "absent"])),
        absent_text=draw(st.sampled_from(["(absent)", "", "5"])),
        required_for_pass=draw(st.booleans()),
    )


@settings(deadline=None, max_examples=300)
@given(TYPES, any_options(), st.none() | TEXTS, VALUES)
def test_every_answer_gets_a_verdict_with_a_score_in_0_to_1(
    column_type: ColumnType, options: MatchingOptions, expected: str | None, extracted: Any
) -> None:
    verdict = evaluate_cell(column_type, options, expected, extracted)
    assert (verdict.score is None) == (verdict.outcome is Outcome.NOT_GRADABLE)
    assert verdict.score is None or 0 <= verdict.score <= 1
    assert (verdict.reason is not None) == (verdict.outcome is Outcome.WRONG)
    assert verdict.score != 1 or verdict.outcome.is_good
    assert verdict.explanation
    assert verdict == evaluate_cell(column_type, options, expected, extracted)


# A bar would make alternatives of one side only; one-sided words for nothing and absence aside, order must not matter.
SINGLE = TEXTS.filter(lambda text: bool(text.strip()) and "|" not in text)


@settings(deadline=None, max_examples=300)
@given(TYPES, SINGLE, SINGLE, st.sampled_from(["", "DE"]), st.sampled_from(["date", "datetime"]))
def test_truth_and_answer_may_change_places(
    column_type: ColumnType, one: str, other: str, region: str, precision: str
) -> None:
    options = MatchingOptions(region=region, precision=precision, absent_text="", tolerance=1)  # type: ignore[arg-type]
    there, back = (evaluate_cell(column_type, options, *pair) for pair in [(one, other), (other, one)])
    if Outcome.MISSED not in {there.outcome, back.outcome}:
        assert (there.outcome, there.reason) == (back.outcome, back.reason)
        assert there.score == pytest.approx(back.score)


@settings(deadline=None)
@given(TYPES, SINGLE, st.booleans())
def test_the_truth_itself_is_always_correct(column_type: ColumnType, text: str, exact: bool) -> None:
    verdict = evaluate_cell(column_type, MatchingOptions(absent_text="", exact=exact), text, text.strip())
    assert verdict.outcome in {Outcome.CORRECT, Outcome.MISSED}


@settings(deadline=None)
@given(st.lists(st.tuples(TYPES, any_options(), TEXTS, VALUES), max_size=5))
def test_a_row_counts_its_cells(cells: list[tuple[ColumnType, MatchingOptions, str, Any]]) -> None:
    columns = [ColumnSpec(str(index), *cell[:2]) for index, cell in enumerate(cells)]
    row = evaluate_row(
        columns,
        {str(index): cell[2] for index, cell in enumerate(cells)},
        {str(index): cell[3] for index, cell in enumerate(cells)},
    )
    assert 0 <= row.good <= row.gradable <= len(cells)
    assert row.result != "pass" or row.gradable > 0
    assert row.result != "fail" or row.good < row.gradable


def test_bottomless_answers_get_a_verdict() -> None:
    value: Any = "x"
    for _ in range(50_000):
        value = [value]
    assert evaluate_cell(ColumnType.TEXT, MatchingOptions(), "x", value).reason is Reason.TYPE_MISMATCH
    text = "[" * 50_000
    assert evaluate_cell(ColumnType.TEXT, MatchingOptions(multiple="all"), "x", text).outcome is Outcome.WRONG
