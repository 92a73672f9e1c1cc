"""Numbers are read as people and pages write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.values.numbers import is_number, number_readings, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1.234.567,89", "1234567.89"),
        ("1,23,456.78", "123456.78"),
        ("1'234", "1234"),
        ("1’234.5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
        ("1\u202f234", "1234"),
        ("$1,234", "1234"),
        ("€ 1.234", "1234"),
        ("50,- Kč", "50"),
        ("5.-", "5"),
        ("1.250 KWD", "1.250"),
        ("0.500", "0.500"),
        ("0,125", "0.125"),
        ("3.499", "3.499"),
        ("3,499", "3499"),
        ("12 %", "12"),
        ("50%", "50"),
        ("1.2k", "1200"),
        ("1.2 million", "1200000"),
        ("3bn", "3000000000"),
        ("5 Mrd.", "5000000000"),
        ("$1.2m", "1200000"),
        ("5 m", "5"),
        ("5m", "5"),
        ("١٬٢٣٤٫٥", "1234.5"),
        ("１２３", "123"),
        ("1e5", "100000"),
        ("Free!", "0"),
    ],
)
def test_a_number_is_read_in_every_common_spelling(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["-5", "−5", "- 5", "5-", "(5)", "($5.00)", "-$5", "$-5", "$ -5", "EUR -5", "Change: -5", "(-5)", "-5%"]
)
def test_a_negative_number_is_read_in_every_common_spelling(text: str) -> None:
    assert parse_number(text) == -5


@pytest.mark.parametrize("text", ["A-5", "Buy Now - 5 items", "USD - 5", "Box (5 pieces)"])
def test_a_dash_inside_a_text_is_no_sign(text: str) -> None:
    assert parse_number(text) == 5


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [("PT1H20M", "80"), ("PT90S", "1.5"), ("P1DT2H", "1560"), ("P1W", "10080"), ("pt0,5h", "30"), ("PT45M", "45")],
)
def test_an_iso_duration_is_read_in_minutes(duration: str, minutes: str) -> None:
    assert parse_number(duration) == Decimal(minutes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\xad",
        "abc",
        "NaN",
        "inf",
        "-Infinity",
        "1e999999999",
        "P",
        "PT",
        "10-20",
        "2021-04-06",
        "x" * 300 + "5",
    ],
)
def test_what_is_no_number_gives_none(text: str) -> None:
    assert parse_number(text) is None


def test_a_bare_number_of_thousands_has_two_honest_readings() -> None:
    assert number_readings("129.900") == (Decimal(129900), Decimal("129.900"))
    assert number_readings("3.499") == (Decimal("3.499"),)


@pytest.mark.parametrize(("text", "expected"), [("$5", True), ("12.5 kg", True), ("-3", True), ("iPhone 12", False)])
def test_a_column_of_numbers_is_told_from_texts_that_hold_one(text: str, expected: bool) -> None:
    assert is_number(text) is expected


@given(st.text(max_size=400))
def test_any_text_gives_a_finite_number_or_none(text: str) -> None:
    number = parse_number(text)
    assert number is None or number.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_grouped_numbers_come_back_as_they_were(number: Decimal) -> None:
    assert parse_number(f"{number:,.2f}") == number
    assert parse_number(f"{number:,.2f}".translate(str.maketrans(",.", ".,"))) == number


@given(st.text(alphabet="0123456789.,'- €$%()kKmM", max_size=256))
def test_no_heap_of_signs_and_digits_hangs_or_raises(text: str) -> None:
    parse_number(text)
