"""A comparison as files: its figures, and everything that flipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analytics.comparison.asking import FlipAsk
from analytics.comparison.figures import LEFT_OUT
from analytics.comparison.flips import Flips, Why, unpacked
from analytics.comparison.lines import WAY_WORDS, FlipLine, Side, flip_lines
from analytics.comparison.presenting import Pair
from analytics.comparison.searching import asked_entries, columns_of
from analytics.exporting.table import Cell, FlatTable
from analytics.statistics.paired import Difference
from analytics.statistics.verdict import Judgement, judge

CHUNK = 500
FIGURE_HEADERS = (
    *("baseline", "execution", "what", "verdict", "rows_needed", "n", "sites", "baseline_share", "share"),
    *("difference", "low", "high", "p", "p_adjusted", "test", "became_right", "became_wrong"),
)
FLIP_HEADERS = (
    *("position", "site_url", "column", "way", "why", "truth"),
    *("baseline_value", "baseline_outcome", "value", "outcome", "error_code"),
)


def figure_rows(pairs: Sequence[Pair]) -> Iterator[list[Cell]]:
    """Rows passed, all cells and every column of each pair, and how many rows were left out for which reason."""
    for pair in pairs:
        if pair.judged is None:
            continue
        head: list[Cell] = [pair.baseline.number, pair.execution.number]
        figures = pair.judged.figures
        yield [*head, "rows passed", *_cells(figures.passing, pair.judged.judgement)]
        yield [*head, "all cells", *_cells(figures.accuracy, judge(figures.accuracy, margin=pair.margin))]
        for one in pair.judged.columns:
            name = f"column {one.column.name}"
            yield [*head, name, *_cells(one.column.difference, one.judgement, one.adjusted_p)]
        for reason, words in LEFT_OUT.items():
            count = figures.left_out[reason]
            yield [*head, f"rows left out: {words}", None, None, count, *[None] * (len(FIGURE_HEADERS) - 6)]


def _cells(one: Difference, judgement: Judgement | None = None, adjusted_p: float | None = None) -> list[Cell]:
    shares = [round(good / one.n, 6) if one.n else None for good in (one.first, one.second)]
    numbers = [one.value, one.low, one.high, one.p, adjusted_p]
    return [
        judgement.verdict.value if judgement else None,
        judgement.rows_needed if judgement else None,
        one.n,
        one.sites,
        *shares,
        *(None if value is None else round(value, 6) for value in numbers),
        "McNemar" if one.is_exact else "bootstrap",
        one.became_right,
        one.became_wrong,
    ]


def flip_rows(pair: Pair, ask: FlipAsk) -> Iterator[list[list[Cell]]]:
    """What flipped, as the filter says, in chunks."""
    if pair.judged is None:
        return
    columns = columns_of(pair)
    flips = unpacked(pair.comparison.flips)
    places = np.flatnonzero(asked_entries(pair, flips, ask))
    for start in range(0, len(places), CHUNK):
        entries: Flips = flips[places[start : start + CHUNK]]
        yield [_flip_cells(line) for line in flip_lines(entries, columns, pair.baseline, pair.execution)]


def _flip_cells(line: FlipLine) -> list[Cell]:
    error = line.second.error_code or line.first.error_code if line.why == Why.ERROR.name.capitalize() else ""
    texts: list[Cell] = [line.position, line.url, line.column or "(row)", WAY_WORDS[line.way], line.why, line.truth]
    return [*texts, *_side(line.first), *_side(line.second), error]


def _side(side: Side) -> list[Cell]:
    return [side.value or None, side.outcome or side.verdict or side.status or None]


def comparison_table(pairs: Sequence[Pair], shown: Pair, ask: FlipAsk | None = None) -> FlatTable:
    """The figures of all pairs, or with `ask` what flipped in the one that is shown."""
    about = f"{shown.baseline} and {shown.execution}"
    if ask is None:
        return FlatTable("Figures", "MINO, comparison", about, FIGURE_HEADERS, lambda: iter([list(figure_rows(pairs))]))
    return FlatTable("Flips", "MINO, what flipped", about, FLIP_HEADERS, lambda: flip_rows(shown, ask))
