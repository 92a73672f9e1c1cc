"""Differences are marked in whole words and whole groups of digits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from executions.evaluation.difference import Part, difference


def marked(parts: list[Part]) -> str:
    return "".join(f"[{part.text}]" if part.kind == "changed" else part.text for part in parts)


def both(expected: str, extracted: str) -> tuple[str, str]:
    mine, theirs = difference(expected, extracted)
    return marked(mine), marked(theirs)


def test_whole_groups_of_digits_are_marked() -> None:
    assert both("149.00", "129.00") == ("[149].00", "[129].00")
    assert both("2021-04-06", "2021-05-06") == ("2021-[04]-06", "2021-[05]-06")


def test_whole_words_are_marked() -> None:
    assert both("The quick fox", "The quiet fox") == ("The [quick] fox", "The [quiet] fox")
    assert both("दिसम्बर 2000", "जनवरी 2000") == ("[दिसम्बर] 2000", "[जनवरी] 2000")
    assert both("cafe\u0301", "cafe") == ("[cafe\u0301]", "[cafe]")


def test_what_is_only_in_one_of_them_is_marked_there() -> None:
    assert both("abc", "abc def") == ("abc", "abc[ def]")
    assert both("", "x") == ("", "[x]")


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_parts_are_the_texts_and_what_is_the_same_is_in_both(expected: str, extracted: str) -> None:
    mine, theirs = difference(expected, extracted)
    assert ("".join(part.text for part in mine), "".join(part.text for part in theirs)) == (expected, extracted)
    assert same(mine) == same(theirs)
    assert (expected == extracted) == all(part.kind == "same" for part in [*mine, *theirs])


def same(parts: list[Part]) -> str:
    return "".join(part.text for part in parts if part.kind == "same")


def test_long_texts_are_marked_in_bounded_time() -> None:
    mine, theirs = difference("a1 " * 100_000, "b1 " * 100_000)
    assert len(mine) > 1
    assert mine[-1].kind == theirs[-1].kind == "changed"
