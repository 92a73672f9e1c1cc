"""E-mail addresses as RFC 5321 allows them, in one form."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.values.emails import normalize_email


@pytest.mark.parametrize(
    "text",
    [
        "jane@example.com",
        "Jane@Example.COM",
        " jane@example.com\n",
        "mailto:jane@example.com",
        "MAILTO: jane%40example.com?subject=Hello%20you",
        "Jane Doe <jane@example.com>",
        "E-Mail: jane@example.com",
    ],
)
def test_spellings_of_one_address_are_equal(text: str) -> None:
    assert normalize_email(text) == "jane@example.com"


def test_international_domains_become_ascii() -> None:
    assert normalize_email("info@münchen.de") == normalize_email("info@xn--mnchen-3ya.de") == "info@xn--mnchen-3ya.de"


@pytest.mark.parametrize(
    "text", ["", "jane", "jane@", "@example.com", "jane@localhost", "a b@example.com", "a@b@c.de", "x" * 601 + "@a.de"]
)
def test_what_is_no_address_gives_none(text: str) -> None:
    assert normalize_email(text) is None


ACCEPTED = {"ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN", "ISEMAIL_RFC5321"}
# Comments, folded spaces and forms of RFC 5322 with which no mail can be sent are refused. One of the outdated forms is
# an IPv6 address that is merely written in another way than RFC 5952 wants, and two lines have only spaces around them.
OTHERS_ACCEPTED = {"ISEMAIL_DEPREC": (11, 1), "ISEMAIL_CFWS": (3, 2), "ISEMAIL_RFC5322": (9, 0), "ISEMAIL_ERR": (33, 7)}


@pytest.fixture
def addresses(test_data: Path) -> list[dict[str, str]]:
    with (test_data / "values" / "email.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_address_that_can_get_mail_is_accepted(addresses: list[dict[str, str]]) -> None:
    lines = [line for line in addresses if line["category"] in ACCEPTED]
    assert len(lines) == 23
    assert [line["address"] for line in lines if normalize_email(line["address"]) is None] == []


def test_every_wrong_address_is_refused_but_for_white_space_around_it(addresses: list[dict[str, str]]) -> None:
    lines = [line for line in addresses if line["category"] == "ISEMAIL_ERR"]
    accepted = [line["address"] for line in lines if normalize_email(line["address"])]
    assert {address.strip().removesuffix("()").removeprefix("()") for address in accepted} == {"test@iana.org"}


@pytest.mark.parametrize("category", OTHERS_ACCEPTED)
def test_as_many_doubtful_addresses_are_accepted_as_is_documented(
    addresses: list[dict[str, str]], category: str
) -> None:
    lines = [line for line in addresses if line["category"] == category]
    assert (len(lines), sum(normalize_email(line["address"]) is not None for line in lines)) == OTHERS_ACCEPTED[
        category
    ]


@given(st.emails() | st.text(max_size=80))
def test_normalising_twice_changes_nothing_and_nothing_raises(text: str) -> None:
    once = normalize_email(text)
    assert once is None or normalize_email(once) == once
