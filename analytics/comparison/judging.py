"""Verdicts on several differences at once: the more are tested, the more would look real by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.comparison.figures import ColumnDifference, Figures
from analytics.statistics.holm import holm
from analytics.statistics.verdict import Judgement, judge


@dataclass(frozen=True, slots=True)
class JudgedColumn:
    """A column's difference with its verdict and the p value as corrected."""

    column: ColumnDifference
    judgement: Judgement
    adjusted_p: float


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one execution against the baseline, and on each column."""

    figures: Figures
    judgement: Judgement
    columns: Sequence[JudgedColumn]


def judge_all(compared: Sequence[Figures], margin: float) -> list[Judged]:
    """Judge each comparison with the same baseline. Columns are corrected over all columns of all executions, the
    verdicts on rows over the executions if there are several."""
    overall = holm([one.passing.p if one.passing.p is not None else 1.0 for one in compared])
    columns = [column for one in compared for column in one.columns]
    adjusted = iter(holm([one.difference.p if one.difference.p is not None else 1.0 for one in columns]))
    judged = []
    for figures, p in zip(compared, overall, strict=True):
        own = [(column, next(adjusted)) for column in figures.columns]
        judged.append(
            Judged(
                figures,
                judge(figures.passing, margin=margin, adjusted_p=p if len(compared) > 1 else None),
                [JudgedColumn(one, judge(one.difference, margin=margin, adjusted_p=at), at) for one, at in own],
            )
        )
    return judged
