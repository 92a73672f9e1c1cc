"""A figure of an analytics page: a chart, and the table behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from analytics.exporting.table import FlatTable
from mino.common.ui.formats import interval, number, percent
from mino.common.values.share import Share

MOST_LINES = 50
NUMBER = ' class="num"'
SHARE_PARTS = ("", ", low", ", high", ", n")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: what it says, what stands small beside it, and where its rows are found. `raw` is what a file
    holds instead: numbers as such, of a share also its interval and n."""

    text: str
    note: str = ""
    url: str = ""
    is_text: bool = False
    raw: Sequence[str | float | int | None] | None = None

    @property
    def html(self) -> str:
        """What stands in the cell. Not a template: there are some hundred cells on a page."""
        text = escape(self.text)
        told = f'<a href="{escape(self.url)}">{text}</a>' if self.url else text
        return f'{told} <span class="mn-n">{escape(self.note)}</span>' if self.note else told


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table; that of a share becomes four in a file."""

    text: str
    is_number: bool = True
    is_share: bool = False

    @property
    def names(self) -> Sequence[str]:
        """The columns of a file."""
        return [f"{self.text}{part}" for part in SHARE_PARTS] if self.is_share else [self.text]


@dataclass(frozen=True, slots=True)
class Figure:
    """What one card shows. `chart` is read by charts.js; without one there is only the table. `about` stands beside the
    title, `note` below it all. Without lines `empty` says why."""

    name: str
    title: str
    about: str = ""
    chart: Mapping[str, Any] | None = None
    heads: Sequence[Head] = ()
    lines: Sequence[Sequence[Cell]] = field(default_factory=list)
    empty: str = "Nothing has been graded yet."
    note: str = ""
    more_url: str = ""
    more_text: str = ""
    is_wide: bool = False

    @property
    def chart_id(self) -> str:
        """The element that holds the chart's data."""
        return f"{self.name}-data"

    def table(self) -> FlatTable:
        """The whole table as a file holds it. Shares are 0 to 1."""
        headers = [name for head in self.heads for name in head.names]
        lines = [[part for cell in line for part in (cell.raw or (cell.text,))] for line in self.lines]
        return FlatTable(self.title, f"MINO, {self.title.lower()}", "", headers, lambda: iter([lines]))

    @property
    def body(self) -> SafeString:
        """The lines that a page may hold, as rows of a table; the first cell of each names it."""
        return mark_safe("".join(_row(line) for line in self.shown))

    @property
    def shown(self) -> Sequence[Sequence[Cell]]:
        """The lines that a page may hold."""
        return self.lines[:MOST_LINES]


def _row(line: Sequence[Cell]) -> str:
    first, *others = line
    rest = "".join(f"<td{'' if cell.is_text else NUMBER}>{cell.html}</td>" for cell in others)
    return f'<tr><th scope="row">{first.html}</th>{rest}</tr>'


def share_cell(share: Share, unit: str, url: str = "") -> Cell:
    """A share with its interval and n; without n there is nothing to say."""
    if not share.n:
        return Cell("–", "none", raw=(None, None, None, 0))
    raw = (share.value, share.low, share.high, share.n)
    return Cell(percent(share.value), f"{interval(share)} · n = {number(share.n)} {unit}", url, raw=raw)


def count_cell(count: int | None, url: str = "") -> Cell:
    """A count, which leads to its rows unless there are none."""
    return Cell(number(count), url=url if count else "", raw=(count,))


def bounds(share: Share) -> dict[str, float | int | None]:
    """A share as charts read it."""
    return {"value": share.value, "low": share.low, "high": share.high, "n": share.n}
