"""How fast rows are finished, and how long the rest will take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Z_95 = 1.959963984540054
ENOUGH = 30
"""Finished rows that make a pace; fewer, and a longer stretch of time is looked at."""
FEWEST = 5
"""With fewer rows than this nothing is said about the time that is left."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Minute:
    """How many rows ended in the minute that begins at `start`."""

    start: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows a minute; the seconds that are left, with the 95 % range. None where too little is known."""

    rows_a_minute: float | None
    left: float | None = None
    left_low: float | None = None
    left_high: float | None = None


def pace_of(
    minutes: Sequence[Minute],
    started_at: datetime,
    now: datetime,
    remaining: int,
    rest: tuple[datetime, datetime] | None = None,
) -> Pace:
    """The pace of the latest minutes: of the shortest stretch up to now in which at least 30 rows ended.

    `rest` is the latest pause, from when to when; it does not count as time that passed.

    The range takes the rows that ended as a Poisson count n, with the bounds (sqrt(n) +- z/2)^2 of Anscombe's
    variance-stabilising transformation (F. J. Anscombe, "The transformation of Poisson, binomial and negative-binomial
    data", Biometrika 35, 1948, 246-254). Slots that work evenly vary less, so the range is on the cautious side.
    """
    rows, begin = _stretch(minutes, started_at, now)
    seconds = (now - begin).total_seconds() - _rested(rest, begin)
    if seconds <= 0 or rows == 0:
        return Pace(None)
    rate = rows / seconds
    if rows < FEWEST or remaining == 0:
        return Pace(rate * 60)
    low, high = ((math.sqrt(rows) + side * Z_95 / 2) ** 2 / seconds for side in (-1, 1))
    return Pace(rate * 60, remaining / rate, remaining / high, remaining / low)


def overall_pace(ended: int, seconds: float) -> Pace:
    """The pace of a whole execution that has ended."""
    return Pace(ended / seconds * 60 if seconds > 0 and ended else None)


def _rested(rest: tuple[datetime, datetime] | None, begin: datetime) -> float:
    """How many seconds of a pause lie after `begin`."""
    if rest is None:
        return 0.0
    paused, resumed = rest
    return max(0.0, (resumed - max(paused, begin)).total_seconds())


def _stretch(minutes: Sequence[Minute], started_at: datetime, now: datetime) -> tuple[int, datetime]:
    """How many rows ended in the stretch that is looked at, and when it began."""
    rows, begin = 0, now
    for minute in reversed(minutes):
        rows += minute.rows
        begin = minute.start
        if rows >= ENOUGH and now - begin >= MINUTE:
            break
    return rows, max(begin, started_at)
