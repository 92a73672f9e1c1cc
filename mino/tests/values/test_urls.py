"""Addresses that lead to the same place become the same text."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.values.urls import UrlFolding, normalize_url

STRICT = UrlFolding(ignore_query=False, ignore_fragment=False, ignore_scheme=False, ignore_www=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://Example.com", "https://example.com/"),
        ("https://www.example.com/a", "example.com/a/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com/?b=2&a=1", "https://example.com?a=1&b=2"),
        ("https://example.com/a?utm_source=x&id=5&fbclid=y", "https://example.com/a?id=5"),
        ("https://example.com/%7Euser/%e4", "https://example.com/~user/%E4"),
        ("https://example.com/?q=a+b", "https://example.com/?q=a%20b"),
        ("https://münchen.de/straße", "https://xn--mnchen-3ya.de/stra%C3%9Fe"),
        ("https://example.com/a/../b#part", "https://example.com/b"),
        ("//example.com/x", "example.com:443/x"),
        (r"https:\\example.com\x", "https://example.com/x"),
    ],
)
def test_spellings_of_one_address_are_equal(one: str, other: str) -> None:
    assert normalize_url(one) == normalize_url(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a?id=1", "https://example.com/a?id=2"),
        ("https://a.example.com", "https://example.com"),
        ("ftp://example.com", "https://example.com"),
        ("https://example.com:8080/", "https://example.com/"),
        ("https://www.com/", "https://com/"),
    ],
)
def test_other_addresses_stay_different(one: str, other: str) -> None:
    assert normalize_url(one) != normalize_url(other)


@pytest.mark.parametrize(
    ("option", "one", "other"),
    [
        ("ignore_query", "https://example.com/a?x=1", "https://example.com/a"),
        ("ignore_fragment", "https://example.com/a#x", "https://example.com/a"),
        ("ignore_scheme", "http://example.com/a", "https://example.com/a"),
        ("ignore_www", "https://www.example.com/a", "https://example.com/a"),
    ],
)
def test_each_option_decides_about_its_part(option: str, one: str, other: str) -> None:
    folding = {"ignore_query": False, "ignore_fragment": False, "ignore_scheme": False, "ignore_www": False}
    assert normalize_url(one, UrlFolding(**folding)) != normalize_url(other, UrlFolding(**folding))
    folding[option] = True
    assert normalize_url(one, UrlFolding(**folding)) == normalize_url(other, UrlFolding(**folding))


@pytest.mark.parametrize("text", ["", "/contact", "hello", "hello world", "a@b.com", "12.50", "http://", "x" * 5000])
def test_what_is_no_address_gives_none(text: str) -> None:
    assert normalize_url(text) is None


BLANK_INPUT = "  \t"
"""The one line that is read otherwise: a blank cell is no address, whatever the base."""


def test_the_cases_of_the_url_standard_are_read_as_browsers_do(test_data: Path) -> None:
    with (test_data / "values" / "url.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 450
    for folding in (STRICT, UrlFolding()):
        wrong = [line["input"] for line in lines if not is_right(line, folding)]
        assert wrong == [BLANK_INPUT]


def is_right(line: dict[str, str], folding: UrlFolding) -> bool:
    url = normalize_url(line["input"], folding, line["base"])
    if line["result"] == "failure":
        return url is None
    return url is not None and url == normalize_url(line["href"], folding)


@given(st.text(max_size=100) | st.text(alphabet="htps:/.?#&=%abw1 +[]@", max_size=60), st.booleans())
def test_normalising_twice_changes_nothing_and_nothing_raises(text: str, ignore: bool) -> None:
    folding = UrlFolding(ignore, ignore, ignore, ignore)
    once = normalize_url(text, folding)
    assert once is None or normalize_url(once, folding) == once
