"""When results are independent, and when they agree against the truth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from analytics.suspects.agreeing import Agreement, Answer, agreement_against, is_independent, support_of
from analytics.tests.suspects.making import NOON
from executions.evaluation.evaluate import ColumnSpec
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions


def column(kind: ColumnType = ColumnType.NUMBER, **options: Any) -> ColumnSpec:
    return ColumnSpec("price", kind, MatchingOptions.from_mapping(kind, options))


def said(value: Any, kind: str = "local v1", minutes: float = 0) -> Answer:
    return Answer(kind, NOON + timedelta(minutes=minutes), value)


def found(truth: str | None, *answers: Answer, of: ColumnSpec | None = None) -> Agreement | None:
    return agreement_against(of or column(), truth, answers)


def test_two_kinds_are_independent_at_any_time() -> None:
    assert is_independent([said(1, "local v1"), said(1, "eva v1")])


def test_two_of_one_kind_are_not_however_far_apart() -> None:
    assert not is_independent([said(1), said(1, minutes=6000)])


@pytest.mark.parametrize(("minutes", "expected"), [((0, 60, 120), True), ((0, 60, 119), False), ((0, 1, 2), False)])
def test_three_of_one_kind_are_independent_an_hour_apart(minutes: tuple[int, ...], expected: bool) -> None:
    assert is_independent([said(1, minutes=one) for one in minutes]) is expected


def test_results_of_one_kind_within_an_hour_count_once() -> None:
    answers = [said(1, minutes=one) for one in (0, 30, 60, 61)] + [said(1, "eva v1")]
    assert support_of(answers) == 3


def test_agreement_against_the_truth_names_value_and_strength() -> None:
    agreed = found("149", said(129), said("129.00", "eva v1", 90), said(149, "eva v2"))
    assert agreed is not None
    assert (agreed.value, agreed.support, agreed.share) == ("129", 2, 666)
    assert (agreed.first_seen, agreed.last_seen) == (NOON, NOON + timedelta(minutes=90))


def test_answers_that_differ_from_each_other_agree_on_nothing() -> None:
    assert found("149", said(129), said(119, "eva v1")) is None


def test_answers_that_are_right_raise_no_suspicion() -> None:
    assert found("149", said(149), said("149.00", "eva v1")) is None


def test_one_kind_that_repeats_itself_raises_no_suspicion() -> None:
    assert found("149", said(129), said(129, minutes=10), said(129, minutes=20)) is None


def test_matching_options_say_what_agrees() -> None:
    answers = [said(129), said(131, "eva v1")]
    assert found("149", *answers) is None
    assert found("149", *answers, of=column(tolerance=5)) is not None


def test_matching_options_say_what_the_truth_accepts() -> None:
    answers = [said(129), said(129, "eva v1")]
    assert found("131", *answers, of=column(tolerance=5)) is None


def test_texts_agree_after_folding() -> None:
    answers = [said("Desk  lamp"), said("desk lamp", "eva v1")]
    agreed = found("Lamp", *answers, of=column(ColumnType.TEXT))
    assert agreed is not None
    assert agreed.support == 2


def test_finding_nothing_is_no_evidence() -> None:
    assert found("149", said(None), said("", "eva v1")) is None
    agreed = found("149", said(129), said(129, "eva v1"), said(None, "eva v2"))
    assert agreed is not None
    assert agreed.share == 1000


def test_a_truth_that_says_absent_is_suspect_where_all_found_the_same() -> None:
    assert found("(absent)", said(129), said(129, "eva v1")) is not None


def test_an_unknown_truth_is_not_suspect() -> None:
    assert found(None, said(129), said(129, "eva v1")) is None


def test_the_agreement_with_the_most_independent_results_wins() -> None:
    answers = [said(1, "a"), said(1, "b"), said(2, "c"), said(2, "d"), said(2, "e")]
    agreed = found("149", *answers)
    assert agreed is not None
    assert (agreed.value, agreed.support, agreed.share) == ("2", 3, 600)


def test_objects_can_be_no_truth() -> None:
    assert found("149", said({"a": 1}), said({"a": 1}, "eva v1")) is None
