"""The six outcomes: what truth and extraction say about presence."""

from __future__ import annotations

from typing import Any

import pytest

from executions.tests.evaluation.build import judge, outcome
from mino.common.values.columns import ColumnType

NOTHING: list[Any] = [None, "", "  \n", [], {}, [""], [None, " "], {"value": None}, float("nan")]
TYPES = [*map(str, ColumnType)]


@pytest.mark.parametrize("column_type", TYPES)
@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
def test_nothing_extracted_is_judged_by_what_the_truth_says(column_type: str, nothing: Any) -> None:
    assert outcome(column_type, "1", nothing) == "missed"
    assert outcome(column_type, "(absent)", nothing) == "correctly_empty"
    assert outcome(column_type, "", nothing, blank_means="absent") == "correctly_empty"
    assert outcome(column_type, "", nothing) == "not_gradable"


@pytest.mark.parametrize("column_type", TYPES)
@pytest.mark.parametrize("something", ["x", 0, False, ["a"], {"a": "b"}, float("inf")], ids=repr)
def test_something_extracted_is_invented_where_there_is_none(column_type: str, something: Any) -> None:
    assert outcome(column_type, "(absent)", something) == "invented"
    assert outcome(column_type, None, something, blank_means="absent") == "invented"
    assert outcome(column_type, " ", something) == "not_gradable"


@pytest.mark.parametrize("word", ["null", "None", "N/A", "-", "undefined", "NaN"])
def test_words_for_nothing_are_nothing_unless_the_column_is_text(word: str) -> None:
    assert outcome("number", "5", word) == "missed"
    assert outcome("url", "(absent)", word) == "correctly_empty"
    assert outcome("text", "(absent)", word) == "invented"


def test_the_text_for_absent_can_be_chosen_and_switched_off() -> None:
    assert outcome("text", "NONE", None, absent_text="none") == "correctly_empty"
    assert outcome("text", "(absent)", "(absent)", absent_text="") == "correct"


def test_absent_may_be_one_of_the_alternatives() -> None:
    assert outcome("number", "5|(absent)", None) == "correctly_empty"
    assert outcome("number", "5|(absent)", 5) == "correct"
    assert outcome("number", "5|(absent)", 6) == "wrong: value_mismatch"


def test_an_exact_column_takes_white_space_for_a_value() -> None:
    assert outcome("text", "a", " ", exact=True) == "wrong: value_mismatch"
    assert outcome("text", "a", "", exact=True) == "missed"


def test_scores_are_0_1_or_unknown_where_nothing_was_compared() -> None:
    assert judge("text", "a", "a").score == 1
    assert judge("text", "a", None).score == 0
    assert judge("text", "(absent)", None).score == 1
    assert judge("text", "(absent)", "a").score == 0
    assert judge("text", "", "a").score is None


@pytest.mark.parametrize("column_type", TYPES)
@pytest.mark.parametrize("value", [{"price": 5}, [{"price": 5}], [[5]]], ids=repr)
def test_an_object_where_one_value_is_wanted_is_a_mismatch_of_types(column_type: str, value: Any) -> None:
    assert outcome(column_type, "1", value) == "wrong: type_mismatch"


@pytest.mark.parametrize(
    ("column_type", "truth"),
    [("number", "5"), ("url", "example.com"), ("email", "a@b.de"), ("date", "2021-04-06"), ("phone", "+4930123456")],
)
def test_a_text_of_another_kind_is_a_mismatch_of_types(column_type: str, truth: str) -> None:
    assert outcome(column_type, truth, "call us") == "wrong: type_mismatch"
    assert outcome(column_type, "Call us!", "call us!") == "correct"
    assert outcome(column_type, "call us", truth) == "wrong: type_mismatch"
