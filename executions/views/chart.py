"""The chart of rows a minute, drawn by the server: it stays when the page around it is renewed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from executions.views.minutes import SHOWN
from executions.views.pace import Minute

TOP, BOTTOM = 8, 108
"""Where the plot begins and ends, in pixels from above."""
LEFT = 9.0
"""The share of the width, in percent, that the numbers at the side take."""
LABEL_EVERY = 5
MOST_ABOVE = 10
"""A limit that is so many times the highest bar is left out: it would press the bars flat."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute: its place (percent of the width, pixels of the height), its clock time and count."""

    x: float
    width: float
    middle: float
    y: float
    height: float
    time: str
    rows: int
    labelled: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, the numbers at the side with their height, and the height of the dashed line (None without one)."""

    bars: Sequence[Bar]
    ticks: Sequence[tuple[int, float]]
    limit: int | None
    limit_y: float | None
    left: float = LEFT
    bottom: int = BOTTOM


def draw(minutes: Sequence[Minute], limit: float | None) -> Chart:
    """The chart of these minutes; `limit` is what the slots could do in a minute, if that is known."""
    most = max([minute.rows for minute in minutes] + [1])
    if limit is not None and limit > MOST_ABOVE * most:
        limit = None
    top = nice_top(max(most, math.ceil(limit or 0)))
    slot = (100 - LEFT) / max(len(minutes), SHOWN)
    bars = []
    for place, minute in enumerate(minutes):
        x, y = LEFT + place * slot, _height(minute.rows, top)
        clock = timezone.localtime(minute.start)
        bars.append(
            Bar(
                x=round(x + slot * 0.14, 2),
                width=round(slot * 0.72, 2),
                middle=round(x + slot / 2, 2),
                y=y,
                height=round(BOTTOM - y, 1),
                time=f"{clock:%H:%M}",
                rows=minute.rows,
                labelled=clock.minute % LABEL_EVERY == 0,
            )
        )
    if bars and not any(bar.labelled for bar in bars):
        bars[0] = replace(bars[0], labelled=True)
    ticks = [(value, _height(value, top)) for value in (0, top // 2, top) if value in (0, top) or top % 2 == 0]
    return Chart(bars, ticks, round(limit) if limit else None, _height(limit, top) if limit else None)


def nice_top(most: int) -> int:
    """The smallest of 2, 4, 10, 20, 40, 100, ... that is not below `most`."""
    power = 1
    while True:
        for factor in (2, 4, 10):
            if factor * power >= most:
                return factor * power
        power *= 10


def _height(value: float, top: int) -> float:
    return round(BOTTOM - value / top * (BOTTOM - TOP), 1)
