"""The chart of the differences, drawn by the server: a bar for each column, and its interval over it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analytics.comparison.words import interval_words, points, short_points
from analytics.statistics.paired import Difference
from analytics.statistics.verdict import Verdict

LEFT, RIGHT = 30.0, 95.0
"""The part of the width, in percent, that the bars take; the names stand left of it."""
LINE = 26
TOP = 6
LONGEST_NAME = 22
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

Place = Callable[[float], float]
"""Where a difference is drawn, in percent of the width."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One difference: pixels of the height, percent of the width, and what it says in words."""

    name: str
    full_name: str
    verdict: str
    told: str
    y: int
    x: float
    width: float
    low: float
    high: float
    middle: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, the numbers under them with their places, where 0 is, and the height of it all."""

    bars: Sequence[Bar]
    ticks: Sequence[tuple[str, float]]
    zero: float
    bottom: int
    height: int


def draw(differences: Sequence[tuple[str, Difference, Verdict]]) -> Chart | None:
    """The chart of these differences by name; None where none of them can be drawn."""
    known = [(name, one, verdict) for name, one, verdict in differences if one.value is not None]
    bounds = [bound for _, one, _ in known for bound in (one.low, one.high) if bound is not None]
    if not bounds:
        return None
    widest = max(0.01, max(bounds) - min(*bounds, 0.0), max(bounds))
    step = next(step for step in STEPS if widest / step <= 5 or step == STEPS[-1])
    low = math.floor(round(min(0.0, *bounds) / step, 6))
    high = max(1, math.ceil(round(max(0.0, *bounds) / step, 6)))

    def place(value: float) -> float:
        return round(LEFT + (value / step - low) / (high - low) * (RIGHT - LEFT), 2)

    bars = [_bar(name, one, verdict, line, place) for line, (name, one, verdict) in enumerate(known)]
    ticks = [(short_points(at * step, signed=True), place(at * step)) for at in range(low, high + 1)]
    bottom = TOP + LINE * len(bars)
    return Chart(bars, ticks, place(0.0), bottom, bottom + 20)


def _bar(name: str, one: Difference, verdict: Verdict, line: int, place: Place) -> Bar:
    value, low, high = one.value or 0.0, one.low or 0.0, one.high or 0.0
    start, end = sorted((place(0.0), place(value)))
    return Bar(
        name=name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…",
        full_name=name,
        verdict=verdict.value,
        told=f"{name}: {points(value)} points, interval {interval_words(one)}",
        y=TOP + LINE * line,
        x=start,
        width=round(end - start, 2),
        low=place(low),
        high=place(high),
        middle=place(value),
    )
