"""Pace, time left, and the minutes behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from executions.models import Execution, Job, JobStatus
from executions.tests.views.conftest import Start
from executions.views.chart import draw, nice_top
from executions.views.minutes import latest_minutes
from executions.views.pace import Minute, overall_pace, pace_of

NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)


def minutes(*rows: int) -> list[Minute]:
    """Minutes with so many rows each, the last one ending at noon."""
    first = NOON - timedelta(minutes=len(rows))
    return [Minute(first + timedelta(minutes=place), count) for place, count in enumerate(rows)]


def test_a_steady_pace_gives_the_time_that_is_left_with_its_range() -> None:
    pace = pace_of(minutes(60, 60, 60), NOON - timedelta(hours=1), NOON, remaining=120)
    assert pace.rows_a_minute == pytest.approx(60)
    assert pace.left == pytest.approx(120)
    assert pace.left_low is not None
    assert pace.left_high is not None
    assert pace.left_low < 120 < pace.left_high


def test_only_the_latest_minutes_count_where_they_have_enough_rows() -> None:
    assert pace_of(minutes(500, 0, 30), NOON - timedelta(hours=1), NOON, 10).rows_a_minute == pytest.approx(30)


def test_a_young_execution_is_measured_from_its_start() -> None:
    pace = pace_of(minutes(20), NOON - timedelta(seconds=10), NOON, remaining=10)
    assert pace.rows_a_minute == pytest.approx(120)


def test_a_pause_does_not_make_the_pace_slower() -> None:
    rest = (NOON - timedelta(minutes=9), NOON - timedelta(minutes=1))
    pace = pace_of(minutes(20, 0, 0, 0, 0, 0, 0, 0, 0, 20), NOON - timedelta(hours=1), NOON, remaining=40, rest=rest)
    assert pace.rows_a_minute == pytest.approx(20)
    assert pace.left == pytest.approx(120)


def test_of_a_few_rows_no_time_is_promised() -> None:
    pace = pace_of(minutes(0, 2, 2), NOON - timedelta(hours=1), NOON, remaining=10)
    assert pace.rows_a_minute is not None
    assert pace.left is None


def test_more_rows_make_the_range_narrower() -> None:
    few = pace_of(minutes(10), NOON - timedelta(hours=1), NOON, remaining=100)
    many = pace_of(minutes(1000), NOON - timedelta(hours=1), NOON, remaining=10_000)
    assert few.left_low
    assert few.left_high
    assert many.left_low
    assert many.left_high
    assert few.left_high / few.left_low > many.left_high / many.left_low


@pytest.mark.parametrize(("ended", "seconds"), [(0, 10.0), (10, 0.0)])
def test_without_rows_or_time_there_is_no_pace(ended: int, seconds: float) -> None:
    assert overall_pace(ended, seconds).rows_a_minute is None


@pytest.mark.parametrize(("most", "top"), [(1, 2), (3, 4), (5, 10), (17, 20), (41, 100), (1001, 2000)])
def test_the_axis_ends_at_a_round_number(most: int, top: int) -> None:
    assert nice_top(most) == top


def test_bars_stay_inside_the_chart() -> None:
    chart = draw(minutes(*range(20)), limit=19)
    assert all(bar.x > 0 and bar.x + bar.width < 100 and bar.y >= 0 for bar in chart.bars)


def _ended(execution: Execution, *ages: float) -> None:
    """Let the first jobs have ended so many minutes before noon."""
    for position, age in enumerate(ages, start=1):
        ended = {"status": JobStatus.COMPLETED, "finished_at": NOON - timedelta(minutes=age)}
        Job.objects.filter(execution=execution, position=position).update(**ended)
    Execution.objects.filter(pk=execution.pk).update(started_at=NOON - timedelta(minutes=3))
    execution.refresh_from_db()


@pytest.mark.django_db
def test_rows_are_counted_in_the_minute_in_which_they_ended(start: Start) -> None:
    execution = start(rows=4)
    _ended(execution, 2.5, 2.9, 0.5)
    assert [minute.rows for minute in latest_minutes(execution, NOON)] == [2, 0, 1, 0]


@pytest.mark.django_db
def test_rows_that_were_stopped_do_not_make_the_pace_look_faster(start: Start) -> None:
    execution = start(rows=4)
    _ended(execution, 2.5, 2.5, 2.5, 2.5)
    Job.objects.filter(execution=execution, position=2).update(status=JobStatus.ERROR)
    Job.objects.filter(execution=execution, position__gt=2).update(status=JobStatus.STOPPED)
    assert [minute.rows for minute in latest_minutes(execution, NOON)] == [2, 0, 0, 0]


@pytest.mark.django_db
def test_minutes_that_are_over_are_not_counted_again(start: Start) -> None:
    execution = start(rows=4)
    _ended(execution, 2.5, 2.9, 0.5)
    latest_minutes(execution, NOON)
    Job.objects.filter(execution=execution).update(finished_at=None)
    assert [minute.rows for minute in latest_minutes(execution, NOON)] == [2, 0, 0, 0]
    cache.clear()
    assert [minute.rows for minute in latest_minutes(execution, NOON)] == [0, 0, 0, 0]
