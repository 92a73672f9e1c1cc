"""Numbers, shares, money and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.ui import formats
from mino.common.values.share import Share

NOW = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567.85, 1, "1\u202f234\u202f567.9"),
        (-1234, 0, "−1\u202f234"),
        (2.5, 0, "3"),
        (0.000001, 2, "0.00"),
        (Decimal("-0.001"), 2, "0.00"),
        (None, 0, "–"),
    ],
)
def test_numbers_have_thin_spaces_and_a_true_minus(value: float | None, decimals: int, text: str) -> None:
    assert formats.number(value, decimals) == text


@given(st.integers())
def test_a_number_without_its_spaces_is_the_number(value: int) -> None:
    assert int(formats.number(value).replace("\u202f", "").replace("−", "-")) == value


def test_a_share_is_shown_in_per_cent_with_its_interval() -> None:
    share = Share(value=0.9039, n=1416, low=0.887, high=0.918)
    assert formats.percent(share.value) == "90.4\u00a0%"
    assert formats.interval(share) == "88.7–91.8"


def test_a_share_of_nothing_is_a_dash_and_has_no_interval() -> None:
    assert formats.percent(None) == "–"
    assert formats.interval(Share.of(0, 0)) == ""


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (8.6, "USD", "$8.60"),
        (0.0291, "USD", "$0.029"),
        (0, "USD", "$0.00"),
        (-1234, "EUR", "−€1\u202f234.00"),
        (5, "CHF", "5.00\u00a0CHF"),
        (None, "USD", "–"),
    ],
)
def test_money_has_its_currency(amount: float | None, currency: str, text: str) -> None:
    assert formats.money(amount, currency) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (1.44, "1.4\u00a0s"), (9.97, "0:10"), (68, "1:08"), (3725, "1:02:05")]
)
def test_durations_read_like_a_clock(seconds: float, text: str) -> None:
    assert formats.duration(seconds) == text
    assert formats.duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(milliseconds=300), "now"),
        (timedelta(seconds=9), "9\u00a0s ago"),
        (timedelta(minutes=20, seconds=40), "20\u00a0min ago"),
        (timedelta(days=1, hours=5), "1\u00a0day ago"),
        (timedelta(days=6), "6\u00a0days ago"),
        (timedelta(days=7), "5 Nov 2026"),
        (timedelta(seconds=-22), "in 22\u00a0s"),
    ],
)
def test_times_are_relative_up_to_a_week(ago: timedelta, text: str) -> None:
    assert formats.relative(NOW - ago, NOW) == text


def test_an_exact_time_names_its_zone() -> None:
    assert formats.exact(NOW.astimezone(ZoneInfo("Europe/Paris"))) == "12 Nov 2026, 15:00:00 CET"
