"""Dates mean the same day next year and on every machine."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mino.common.values import dates
from mino.common.values.dates import parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2021-04-06",
        "20210406",
        "2021/4/6",
        "2021.04.06.",
        "04/06/2021",
        "4-6-21",
        "6 April 2021",
        "April 6th, 2021",
        "6. April 2021",
        "6 avril 2021",
        "6 апреля 2021",
        "2021年4月6日",
        "٢٠٢١-٠٤-٠٦",
        " 6-Apr-21 ",
    ],
)
def test_a_day_is_read_in_every_common_spelling(text: str) -> None:
    assert parse_date(text) == datetime(2021, 4, 6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "May",
        "2021",
        "May 2021",
        "12 March",
        "yesterday",
        "2 days ago",
        "in 3 weeks",
        "1484823450",
        "10:30",
        "May 2021 10:30",
        "12 May 10:30",
    ],
)
def test_what_needs_a_clock_or_lacks_a_part_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["2021-02-30", "2021-13-01", "99/99/9999", "0000-01-01", "30 February 2021", "x" * 65])
def test_a_day_that_does_not_exist_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_the_option_decides_about_ambiguous_dates_only() -> None:
    assert parse_date("03/04/2021") == datetime(2021, 3, 4)
    assert parse_date("03/04/2021", day_first=True) == datetime(2021, 4, 3)
    assert parse_date("31/12/2021") == parse_date("12/31/2021", day_first=True) == datetime(2021, 12, 31)


def test_the_time_zone_is_kept_as_written() -> None:
    summer = timezone(timedelta(hours=2))
    assert parse_date("2021-04-06T10:30:00+02:00") == datetime(2021, 4, 6, 10, 30, tzinfo=summer)
    assert parse_date("2021-04-06 10:30Z") == datetime(2021, 4, 6, 10, 30, tzinfo=UTC)
    east = parse_date("15 May 2004 23:24 EDT")
    assert east is not None
    assert (east.day, east.utcoffset()) == (15, timedelta(hours=-4))


def test_two_digits_are_a_year_from_1969_to_2068() -> None:
    assert [date and date.year for date in map(parse_date, ["1/2/68", "1/2/69"])] == [2068, 1969]


def test_published_dates_are_all_read(test_data: Path) -> None:
    with (test_data / "values" / "date.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 76
    assert [line["raw"] for line in lines if not is_right(line)] == []


def is_right(line: dict[str, str]) -> bool:
    moment = parse_date(line["raw"])
    if moment is None:
        return False
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return moment.date().isoformat() == line["iso_date"] and line["time"] in {"", moment.time().isoformat()}


def test_moving_the_clock_changes_no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    today = [parse_date(text) for text in SAMPLES]
    later = {"RELATIVE_BASE": datetime(2031, 12, 31, 23, 59)}
    settings_now = dates._settings
    monkeypatch.setattr(dates, "_settings", lambda day_first: settings_now(day_first) | later)
    monkeypatch.setattr(dates, "_PARSERS", {})
    dates._parse_cached.cache_clear()
    assert [parse_date(text) for text in SAMPLES] == today
    dates._parse_cached.cache_clear()


SAMPLES = [
    "6 April 2021",
    "1. Mai 2020 14:30",
    "5/6/07",
    "15 May 2004 23:24 EDT",
    "May 5",
    "today 12 2021",
    "2021-04-06",
]


def test_neither_time_zone_nor_locale_of_the_machine_matters() -> None:
    code = f"from mino.common.values.dates import parse_date; print([parse_date(text) for text in {SAMPLES!r}])"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONUTF8": "1"},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for zone, locale in [("UTC", "C"), ("Pacific/Kiritimati", "de_DE.UTF-8"), ("America/New_York", "fr_FR.UTF-8")]
    }
    assert len(answers) == 1


@given(st.dates(min_value=date(1970, 1, 1)))
def test_every_day_is_read_from_its_iso_form(day: date) -> None:
    assert parse_date(day.isoformat()) == datetime(day.year, day.month, day.day)


@settings(deadline=None, max_examples=50)  # reading what is no date takes dateparser long
@given(st.text(alphabet="0123456789 -/.:,TZ+ap", max_size=70))
def test_no_heap_of_digits_and_signs_raises(text: str) -> None:
    parse_date(text)
