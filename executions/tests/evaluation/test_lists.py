"""Cells of truth with several values: any of them is right, or all of them are wanted."""

from __future__ import annotations

from typing import Any

import pytest

from executions.tests.evaluation.build import judge, outcome


def test_any_alternative_is_right() -> None:
    assert outcome("text", "red|blue", "Blue") == "correct"
    assert outcome("number", "5 | 6", 6) == "correct"
    assert outcome("text", "red|blue", "green") == "wrong: value_mismatch"


def test_the_separator_can_be_escaped_chosen_and_switched_off() -> None:
    assert outcome("text", r"a\|b|c", "a|b") == "correct"
    assert outcome("text", r"a\|b|c", "b") != "correct"
    assert outcome("text", "a|b;c", "c", alternatives=";") == "correct"
    assert outcome("number", "12|13", "13", alternatives="") != "correct"
    assert outcome("text", "a and b", "b", alternatives=" and ") == "correct"
    assert outcome("text", "||a||", "a") == "correct"


def test_several_values_where_one_is_wanted_must_all_be_accepted() -> None:
    assert outcome("text", "red|blue", ["blue"]) == "correct"
    assert outcome("text", "red|blue", ["blue", "RED"]) == "correct"
    verdict = judge("text", "red|blue", ["blue", "green"])
    assert (verdict.outcome, verdict.reason, verdict.score) == ("wrong", "partial_match", 0.5)
    assert outcome("text", "red", ["green", "yellow"]) == "wrong: value_mismatch"


@pytest.mark.parametrize(
    "extracted", [["c", "a", "B"], "b|c|a", '["b", "c", "a"]', ["a", None, "b", "", "c"]], ids=repr
)
def test_a_whole_list_is_right_in_any_order_and_form(extracted: Any) -> None:
    assert judge("text", "a|b|c", extracted, multiple="all").score == 1
    assert outcome("text", "a|b|c", extracted, multiple="all") == "correct"


@pytest.mark.parametrize(
    ("extracted", "share"),
    [
        (["a", "b"], 2 / 3),
        (["a", "b", "c", "d"], 3 / 4),
        (["a", "a", "a"], 1 / 3),
        ("a", 1 / 3),
        ([{"x": 1}, "a"], 1 / 3),
    ],
)
def test_a_part_of_a_list_is_a_partial_match_with_its_share(extracted: Any, share: float) -> None:
    verdict = judge("text", "a|b|c", extracted, multiple="all")
    assert (verdict.outcome, verdict.reason) == ("wrong", "partial_match")
    assert verdict.score == pytest.approx(share)


def test_a_list_with_nothing_right_is_another_value() -> None:
    verdict = judge("text", "a|b", ["x", "y"], multiple="all")
    assert (verdict.outcome, verdict.reason, verdict.score) == ("wrong", "value_mismatch", 0)
    assert verdict.explanation == "0 of 2 values found, 2 found that should not be there"


def test_the_best_assignment_within_tolerances_is_found() -> None:
    # 1 fits both 1 and 2; only if it is left to the 2, everything fits.
    assert outcome("number", "1|2", [1, 0], multiple="all", tolerance=1) == "correct"
    assert outcome("number", "2|1", [0, 1], multiple="all", tolerance=1) == "correct"
    assert judge("number", "1|2|3|4", [0, 1, 2, 3], multiple="all", tolerance=1).score == 1
    assert judge("number", "1|2|3", [5, 2, 9], multiple="all", tolerance=1).score == pytest.approx(1 / 3)


def test_types_decide_about_the_values_of_a_list() -> None:
    assert outcome("number", "1,200.50|5", "5|1.200,5", multiple="all") == "correct"
    assert (
        outcome("phone", "+442079460000|+4930123456", ["+49 30 123456", "+44 20 7946 0000"], multiple="all")
        == "correct"
    )


def test_lists_without_end_are_judged_in_bounded_time() -> None:
    long = ["x" * 30_000 + str(number) for number in range(2_000)]
    verdict = judge(
        "text", "|".join("y" * 50 + str(number) for number in range(400)), long, multiple="all", threshold=0.9
    )
    assert verdict.outcome == "wrong"
