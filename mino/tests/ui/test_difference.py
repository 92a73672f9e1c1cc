"""Marks where an extracted text differs from the truth."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mino.common.ui.difference import MOST_WORDS, difference, marked_expected, marked_extracted

TEXTS = st.text(alphabet="ab 19.,€\n", max_size=30)


def test_a_whole_group_of_digits_is_marked() -> None:
    assert marked_extracted("129.00", "149.00") == '<del class="mn-x">149</del>.00'
    assert marked_expected("129.00", "149.00") == '<ins class="mn-t">129</ins>.00'


def test_words_beside_each_other_share_one_mark() -> None:
    assert marked_extracted("Desk lamp", "Desk lamp in brass") == 'Desk lamp<del class="mn-x"> in brass</del>'
    assert marked_extracted("red table", "blue chair") == '<del class="mn-x">blue chair</del>'


def test_equal_texts_have_no_mark() -> None:
    assert marked_extracted("Désk lamp", "Désk lamp") == "Désk lamp"


def test_what_an_agent_returned_is_escaped() -> None:
    assert "<script>" not in marked_extracted("lamp", "<script>alert(1)</script>")


def test_texts_too_long_to_compare_are_marked_whole() -> None:
    long = "a " * MOST_WORDS
    assert difference(long, long + "b") == ([(long, True)], [(long + "b", True)])


@given(TEXTS, TEXTS)
def test_the_pieces_are_the_texts_again(expected: str, extracted: str) -> None:
    left, right = difference(expected, extracted)
    assert "".join(text for text, _ in left) == expected
    assert "".join(text for text, _ in right) == extracted


@given(TEXTS, TEXTS)
def test_something_is_marked_exactly_when_the_texts_differ(expected: str, extracted: str) -> None:
    left, right = difference(expected, extracted)
    assert any(differs for _, differs in [*left, *right]) == (expected != extracted)
