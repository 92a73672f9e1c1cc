"""The parser of numbers against published prices. Those known to be hard are counted, to see them change."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from mino.common.values.numbers import parse_number

KNOWN_HARD = {
    # Several numbers in a text (the first is taken), words for no price, units, dates.
    "PRICE_PARSING_EXAMPLES_XFAIL": (15, 7),
    # Eleven lines hold a currency and no number at all, and want 1.
    "PRICE_PARSING_EXAMPLES_XFAIL_CURRENCIES_TO_BE_ADDED": (119, 11),
}


@pytest.fixture
def prices(test_data: Path) -> list[dict[str, str]]:
    with (test_data / "values" / "price.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_right(line: dict[str, str]) -> bool:
    wanted = Decimal(line["amount"]) if line["amount"] else None
    return parse_number(line["price_raw"]) == wanted


def test_every_price_that_is_not_known_to_be_hard_is_read(prices: list[dict[str, str]]) -> None:
    lines = [line for line in prices if line["group"] not in KNOWN_HARD]
    assert len(lines) == 415
    assert [line["price_raw"] for line in lines if not is_right(line)] == []


@pytest.mark.parametrize("group", KNOWN_HARD)
def test_as_many_of_the_known_hard_prices_are_misread_as_is_documented(
    prices: list[dict[str, str]], group: str
) -> None:
    lines = [line for line in prices if line["group"] == group]
    assert (len(lines), sum(not is_right(line) for line in lines)) == KNOWN_HARD[group]
