"""What wrong values look like."""

from __future__ import annotations

import csv
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.patterns.shapes import Failure, FailureType, Shape, failure_of
from executions.evaluation.evaluate import ColumnSpec, evaluate_cell
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions


def shape(kind: str, expected: str, extracted: Any, siblings: dict[str, str] | None = None, **options: Any) -> Any:
    """The failure of a cell that is judged as executions judge it."""
    column = ColumnSpec("own", ColumnType(kind), MatchingOptions.from_mapping(ColumnType(kind), options))
    verdict = evaluate_cell(column.type, column.options, expected, extracted)
    return failure_of(column, verdict.outcome, verdict.reason or "", expected, extracted, siblings or {})


@pytest.mark.parametrize(
    ("kind", "expected", "extracted", "wanted"),
    [
        ("text", "Kettle", "Kettle | Site", (Shape.EXTRA_TEXT, "after", " | Site")),
        ("text", "Kettle", "KETTLE | Site", (Shape.EXTRA_TEXT, "after", " | site")),
        ("text", "Kettle", "Buy: Kettle", (Shape.EXTRA_TEXT, "before", "Buy: ")),
        ("text", "Kettle 5", "Buy Kettle 5 now", (Shape.EXTRA_TEXT, "around", "Buy … now")),
        ("text", "A kettle of fine steel", "A kettle of fi…", (Shape.TRUNCATED, "", "")),
        ("text", "A kettle of fine steel", "fine steel", (Shape.PART, "", "")),
        ("text", "Kettle/Steel", "Kettle Steel", (Shape.FORMAT, "", "")),
        ("text", "1,234.50", "1234.5", (Shape.FORMAT, "", "")),
        ("text", "red, green, blue", "blue, red, green", (Shape.LIST_ORDER, "", "")),
        ("text", "Café Müller", "CafÃ© MÃ¼ller", (Shape.ENCODING, "", "")),
        ("text", "Café Müller", "Caf\ufffd M\ufffdller", (Shape.ENCODING, "", "")),
        ("text", "EUR", "€", (Shape.CURRENCY, "", "€ for EUR")),
        ("text", "12.50 EUR", "12.50 USD", (Shape.CURRENCY, "", "usd for eur")),
        ("text", "500 g", "500", (Shape.CURRENCY, "", "nothing for g")),
        ("text", "Shakespeare", "Shakespaere", (Shape.CLOSE, "", "")),
        ("number", "12.50", "1250", (Shape.FACTOR, "100", "")),
        ("number", "1250", 12.5, (Shape.FACTOR, "1/100", "")),
        ("number", "120", 10, (Shape.FACTOR, "1/12", "")),
        ("number", "5", -5, (Shape.FACTOR, "-1", "")),
        ("number", "100", "102", (Shape.CLOSE, "", "")),
        ("date", "2021-04-03", "2021-03-04", (Shape.DATE_ORDER, "", "")),
        ("date", "2021-04-03", "2021-04-04", (Shape.CLOSE, "", "")),
        ("url", "https://a.example/x?id=1", "https://a.example/x?id=2", (Shape.FORMAT, "address", "")),
    ],
)
def test_a_wrong_value_has_a_shape(kind: str, expected: str, extracted: Any, wanted: tuple[Any, ...]) -> None:
    found = shape(kind, expected, extracted)
    assert (found.shape, found.value, found.detail) == wanted


def test_a_value_of_another_column_is_told() -> None:
    found = shape("number", "12.50", "15.00", {"old_price": "15.00", "own": "12.50"})
    assert (found.shape, found.value) == (Shape.SIBLING, "old_price")


def test_another_columns_value_says_more_than_a_piece_of_the_truth() -> None:
    found = shape("text", "Acme Kettle", "Acme", {"brand": "Acme"})
    assert (found.shape, found.value) == (Shape.SIBLING, "brand")


def test_types_are_those_of_the_verdict() -> None:
    assert shape("number", "12", None) == Failure(FailureType.MISSING_EXTRACTION)
    assert shape("number", "12", "soon").type is FailureType.TYPE_MISMATCH
    assert shape("text", "Kettle", "Kettle | Site").type is FailureType.PARTIAL_MATCH
    assert shape("text", "Kettle", "Quite another thing").type is FailureType.VALUE_MISMATCH
    assert shape("text", "(absent)", "Kettle") == Failure(FailureType.VALUE_MISMATCH, Shape.INVENTED)


def test_what_differs_in_case_alone_is_no_failure() -> None:
    assert shape("text", "Kettle", "KETTLE", exact=True) is None
    assert shape("text", "Kettle", "kettle") is None


def test_other_things_have_no_shape() -> None:
    assert shape("text", "Kettle 5", "Toaster 9").shape is None
    assert shape("number", "13", "29").shape is None
    assert shape("text", "Model 100 of the long series", "Model 200 of the long series").shape is None
    assert shape("boolean", "yes", "no", {"other": "no"}).shape is None


words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
kinds = st.sampled_from([one.value for one in ColumnType])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)  # the first date of a process is slow to read
@given(kinds, words, values, words)
@example("number", "1e-300", "1e300", "")
@example("text", "\ud800", "\ud800?", "")
@example("date", "9999-12-31", "0001-01-01", "")
def test_no_value_breaks_it_and_a_right_one_is_no_failure(kind: str, expected: str, extracted: Any, other: str) -> None:
    found = shape(kind, expected, extracted, {"other": other})
    verdict = evaluate_cell(ColumnType(kind), MatchingOptions(), expected, extracted)
    if verdict.outcome not in ("wrong", "missed", "invented"):
        assert found is None
    elif found is not None:
        assert len(found.detail) <= 130


@given(st.text(alphabet="abcdefgh", min_size=4, max_size=12), st.sampled_from([" | Shop", " - Shop", " (new)"]))
def test_the_same_ending_is_found_behind_every_title(title: str, ending: str) -> None:
    assert shape("text", title, title + ending).detail == ending


@given(st.integers(1, 10**9), st.sampled_from([10, 100, 1000, 12, 60]))
def test_a_multiple_is_told_by_its_factor(number: int, factor: int) -> None:
    assert shape("number", str(number), number * factor).value == str(factor)


def test_long_and_nasty_values_take_no_longer_than_others() -> None:
    nasty = [
        "a" * 30_000, "," * 30_000, "&amp;" * 6_000, "%41" * 10_000, "1," * 15_000, "((((" * 8_000, " " * 30_000 + "x",
        "9" * 30_000, "/".join("ab" for _ in range(10_000)), "\u0301" * 30_000, "…" * 30_000, "Ã©" * 15_000,
    ]  # fmt: skip
    looked_at = 0
    began = time.process_time()
    for kind in ColumnType:
        for one in nasty:
            for other in nasty:
                shape_only(kind, one, other)
                looked_at += 1
    # No promise of speed: what grows with the square or worse would take minutes here.
    assert time.process_time() - began < looked_at * 0.05


def shape_only(kind: ColumnType, expected: str, extracted: Any) -> None:
    """The failure without the comparison that comes before it."""
    failure_of(ColumnSpec("own", kind, MatchingOptions()), "wrong", "", expected, extracted, {"other": extracted})


def test_naughty_strings_break_nothing(test_data: Path) -> None:
    with (test_data / "values" / "naughty.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["string"] for row in csv.DictReader(file)]
    for kind in ColumnType:
        for one, other in pairwise(texts):
            shape_only(kind, one, other)
            shape_only(kind, f"{one} x", one)
