"""Telephone numbers in E.164, and yes and no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.values.booleans import parse_boolean
from mino.common.values.phones import parse_phone, read_phone


@pytest.mark.parametrize(
    "text", ["+44 20 7946 0000", "0044 20 7946 0000", "tel:+442079460000", "Tel.: +44 (0)20 7946 0000"]
)
def test_an_international_number_needs_no_region(text: str) -> None:
    assert parse_phone(text) == "+442079460000"


def test_a_national_number_is_read_in_its_region() -> None:
    assert parse_phone("020 7946 0000", "GB") == "+442079460000"
    assert parse_phone("(415) 555-2671", "US") == "+14155552671"
    assert parse_phone("020 7946 0000") is None


def test_the_extension_is_kept_apart() -> None:
    number = read_phone("+1 415 555 2671 ext. 12")
    assert number is not None
    assert (number.e164, number.extension) == ("+14155552671", "12")


@pytest.mark.parametrize("text", ["", "call us", "12", "+999999999999999999999", "1" * 300])
def test_what_is_no_number_gives_none(text: str) -> None:
    assert parse_phone(text, "US") is None


@given(st.text(max_size=100), st.sampled_from(["", "DE", "US"]))
def test_no_text_makes_the_reading_of_numbers_raise(text: str, region: str) -> None:
    phone = parse_phone(text, region)
    assert phone is None or phone.startswith("+")


@pytest.mark.parametrize(
    "text",
    ["true", "TRUE", "1", "Yes", "InStock", "https://schema.org/InStock", "in stock", "schema:InStock", "Ja", "✓"],
)
def test_yes_is_read_in_every_common_form(text: str) -> None:
    assert parse_boolean(text) is True


@pytest.mark.parametrize(
    "text", ["false", "0", "no", "sold out", "SoldOut", "http://schema.org/OutOfStock", "Out of stock.", "nein", "✗"]
)
def test_no_is_read_in_every_common_form(text: str) -> None:
    assert parse_boolean(text) is False


@pytest.mark.parametrize("text", ["", "maybe", "PreOrder", "2", "x" * 200])
def test_what_is_neither_gives_none(text: str) -> None:
    assert parse_boolean(text) is None
