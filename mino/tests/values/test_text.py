"""Folding of texts, and cleaning of what comes from outside."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.values.clean import clean_text, clean_value
from mino.common.values.text import fold_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello  World ", "hello world"),
        ("Caf\u00e9", "CAFE\u0301"),
        ("Fish &amp; Chips", "fish & chips"),
        ("Fish &amp;amp; Chips", "fish & chips"),
        ("&eacute;t&eacute;", "été"),
        ("“It’s” – fine…", '"It\'s" - fine...'),
        ("ﬁne Ｔｅｘｔ", "fine text"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
        ("a\u00a0b\u2009c\td\ne", "a b c d e"),
        ("STRASSE", "straße"),
    ],
)
def test_texts_that_mean_the_same_fold_to_the_same(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)


@pytest.mark.parametrize(("one", "other"), [("résumé", "resume"), ("a-b", "a b"), ("5.0", "5"), ("don't", "dont")])
def test_texts_that_differ_stay_different(one: str, other: str) -> None:
    assert fold_text(one) != fold_text(other)


@given(st.text() | st.text(alphabet="&amp;#38lt \u00ad´＆İß", max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


def test_endlessly_nested_entities_fold_in_one_go() -> None:
    text = "&" + "amp;" * 8_000 + "lt;"
    assert fold_text(fold_text(text)) == fold_text(text)


def test_what_no_database_keeps_is_removed() -> None:
    assert clean_text("a\0b\ud800c\x07d\te\r\nf\x85g") == "abcd\te\nf\ng"


@given(st.text(alphabet=st.characters()))
def test_a_cleaned_text_can_always_be_stored(text: str) -> None:
    cleaned = clean_text(text)
    assert "\0" not in cleaned
    cleaned.encode()
    assert clean_text(cleaned) == cleaned


def test_values_are_cut_to_what_can_be_kept() -> None:
    assert clean_value("x" * 100, max_characters=10) == "x" * 10
    assert clean_value({"a\0": [float("nan"), float("inf"), 10**5000, 1.5]}) == {"a": [None, None, None, 1.5]}
    assert clean_value([1, 2, 3], max_items=2) == [1, 2]
    assert clean_value(["abc", {"d": "ef"}, "gh", 1], max_characters_in_all=5) == ["abc", {"d": "e"}]


def test_bottomless_values_are_cut_without_an_error() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    assert json.dumps(clean_value(value)) == "[" * 20 + "null" + "]" * 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(JSON)
def test_any_cleaned_value_is_json_and_stays_as_it_is(value: Any) -> None:
    cleaned = clean_value(value)
    json.dumps(cleaned, allow_nan=False).encode()
    assert clean_value(cleaned) == cleaned
