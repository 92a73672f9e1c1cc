"""Each type of column decides what counts as equal."""

from __future__ import annotations

from typing import Any

import pytest

from executions.tests.evaluation.build import judge, outcome


@pytest.mark.parametrize(
    ("column_type", "expected", "extracted"),
    [
        ("text", "Fish & Chips", "fish &amp;  CHIPS"),
        ("text", "“It’s”", '"It\'s"'),
        ("text", "99", 99.0),
        ("text", "true", True),
        ("text", "Shop | Home", "Shop | Home"),
        ("number", "1,234.50", "1.234,50"),
        ("number", "1234.5", 1234.5),
        ("number", "0.1", 0.1),
        ("number", "80", "PT1H20M"),
        ("number", "-5", "(5)"),
        ("number", "12", "12 %"),
        ("number", "1200", "1.2k"),
        ("number", "129900", "129.900"),
        ("number", "129.9", "129.900"),
        ("url", "https://www.example.com/a/?b=2&a=1", "http://example.com/a?a=1&b=2&utm_source=x#top"),
        ("email", "jane@example.com", "mailto:Jane@Example.com?subject=x"),
        ("date", "2021-04-06", "6. April 2021"),
        ("date", "2021-04-06", "2021-04-06T23:30:00-05:00"),
        ("date", "2021-04-06", 20210406),
        ("phone", "+44 20 7946 0000", "tel:+442079460000"),
        ("phone", "+44 20 7946 0000", "020 7946 0000"),
        ("phone", "020 7946 0000", "(020) 79460000"),
        ("phone", "030123456", "030 123456 ext. 5"),
        ("phone", "+14155552671", "+1 415 555 2671 ext. 5"),
        ("boolean", "yes", True),
        ("boolean", "1", "https://schema.org/InStock"),
        ("boolean", "false", "sold out"),
        ("boolean", "no", 0),
    ],
)
def test_the_same_value_is_correct_in_another_form(column_type: str, expected: str, extracted: Any) -> None:
    verdict = judge(column_type, expected, extracted)
    assert (verdict.outcome, verdict.score, verdict.reason) == ("correct", 1.0, None)


@pytest.mark.parametrize(
    ("column_type", "expected", "extracted", "explanation"),
    [
        ("text", "apple", "zebra crossing", "Another text"),
        ("number", "149.00", "139", "Off by 10.00"),
        ("number", "3499", "3.499", "Off by 3495.501"),
        ("url", "https://example.com/a", "https://example.com/b", "Another path"),
        ("url", "https://example.com/a", "https://other.com/a", "Another host"),
        ("email", "jane@example.com", "joe@example.com", "Another address of the same domain"),
        ("date", "2021-04-06", "2021-04-05", "1 day apart"),
        ("date", "2021-04-03", "03/04/2021", "30 days apart; with day_first set to true they would be equal"),
        ("phone", "+44 20 7946 0000", "+44 20 7946 0001", "Another number"),
        ("phone", "+14155552671 ext. 1", "+14155552671 ext. 2", "Another extension"),
        ("boolean", "yes", "sold out", "No instead of yes"),
    ],
)
def test_another_value_is_wrong_and_says_how(column_type: str, expected: str, extracted: Any, explanation: str) -> None:
    verdict = judge(column_type, expected, extracted)
    assert (verdict.outcome, verdict.reason) == ("wrong", "value_mismatch")
    assert verdict.explanation == explanation


@pytest.mark.parametrize(
    "value", [True, "infinity", 10**400, float("inf"), "1e999999999"], ids=lambda value: str(value)[:9]
)
def test_what_is_no_finite_number_is_a_mismatch_of_types(value: Any) -> None:
    assert outcome("number", "1", value) == "wrong: type_mismatch"


def test_related_texts_are_a_partial_match_with_their_similarity() -> None:
    holds_more = judge("text", "520501927", "Produkta kods 520501927")
    assert (holds_more.reason, holds_more.explanation) == ("partial_match", "Holds the right text, and more")
    similar = judge("text", "The quick brown fox", "The quick brown dog")
    assert similar.reason == "partial_match"
    assert similar.score == pytest.approx(0.894, abs=0.01)


def test_a_threshold_makes_similar_texts_correct() -> None:
    verdict = judge("text", "The quick brown fox", "The quick brown dog", threshold=0.85)
    assert verdict.outcome == "correct"
    assert verdict.score is not None
    assert 0.85 <= verdict.score < 1


@pytest.mark.parametrize(
    ("options", "expected", "extracted", "result"),
    [
        ({"tolerance": 1}, "100", "101", "correct"),
        ({"tolerance": 1}, "100", "101.01", "wrong: value_mismatch"),
        ({"relative_tolerance": "0.01"}, "-200", "-198", "correct"),
        ({"relative_tolerance": "0.01"}, "200", "197.99", "wrong: value_mismatch"),
        ({"tolerance": 5, "relative_tolerance": 0.01}, "100", "104", "correct"),
        ({"tolerance": 0.1, "relative_tolerance": 0.05}, "100", "104", "correct"),
        ({"relative_tolerance": 0.5}, "0", "0.1", "wrong: value_mismatch"),
    ],
)
def test_either_tolerance_is_enough(options: dict[str, Any], expected: str, extracted: str, result: str) -> None:
    assert outcome("number", expected, extracted, **options) == result


@pytest.mark.parametrize(
    ("column_type", "expected", "extracted"),
    [
        ("text", "Hello", "hello"),
        ("url", "https://example.com", "https://example.com/"),
        ("email", "a@b.de", "A@b.de"),
        ("phone", "+49 30 123456", "+4930123456"),
    ],
)
def test_exact_means_character_by_character(column_type: str, expected: str, extracted: str) -> None:
    assert outcome(column_type, expected, extracted) == "correct"
    assert outcome(column_type, expected, extracted, exact=True) == "wrong: value_mismatch"
    assert outcome(column_type, expected, expected, exact=True) == "correct"


@pytest.mark.parametrize(
    ("column_type", "option", "expected", "extracted"),
    [
        ("url", {"ignore_query": True}, "https://example.com/a?x=1", "https://example.com/a"),
        ("date", {"day_first": True}, "2021-04-03", "03/04/2021"),
        ("phone", {"region": "GB"}, "+442079460000", "020 7946 0000"),
    ],
)
def test_options_widen_what_is_equal(column_type: str, option: dict[str, Any], expected: str, extracted: str) -> None:
    assert outcome(column_type, expected, extracted, **option) == "correct"


def test_options_narrow_what_is_equal() -> None:
    one, other = "http://www.example.com/a#x", "https://example.com/a"
    assert outcome("url", one, other) == "correct"
    for option in ("ignore_scheme", "ignore_www", "ignore_fragment"):
        assert outcome("url", one, other, **{option: False}) == "wrong: value_mismatch"


def test_the_time_of_day_counts_only_where_it_is_asked_for() -> None:
    assert outcome("date", "2021-04-06 10:00", "2021-04-06 11:00") == "correct"
    assert outcome("date", "2021-04-06 10:00", "2021-04-06 11:00", precision="datetime") == "wrong: value_mismatch"
    assert outcome("date", "2021-04-06T10:00Z", "2021-04-06T12:00+02:00", precision="datetime") == "correct"
    assert outcome("date", "2021-04-06 10:00", "2021-04-06T10:00:00+02:00", precision="datetime") == "correct"
