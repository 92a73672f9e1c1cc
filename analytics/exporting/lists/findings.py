"""Failure patterns, and rows by all of their results."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from analytics.exporting.lists.walking import list_table, moment, one_by_one, share
from analytics.exporting.table import Cell, FlatTable
from analytics.models import FailurePattern, PatternOccurrence, RowHistory
from analytics.patterns.words import title_of
from mino.common.values.share import Share

FIGURES = ("failing", "of", "share", "share_low", "share_high", "lift")
NAMES = ("pattern", "kind", "column", "type", "attribute", "value")
PATTERN_HEADERS = (
    *(*NAMES, *FIGURES, "trend", "state", "cured_by_version"),
    *("first_seen", "last_seen", "last_execution"),
)
OCCURRENCE_HEADERS = (*NAMES, *FIGURES, "lift_low", "lift_high", "q", "failing_elsewhere", "of_elsewhere")
HISTORY_HEADERS = (
    *("batch", "row", "url", "kind", "flips", "graded", "passed", "not_passed", "errors"),
    *("answers", "different_answers", "agreement"),
)


def patterns_table(patterns: QuerySet[FailurePattern]) -> FlatTable:
    """The patterns of a project, the heaviest first, with the figures of the execution that showed each last."""
    return list_table("Patterns", PATTERN_HEADERS, patterns, one_by_one(_pattern), keys=("weight", "id"))


def occurrences_table(occurrences: QuerySet[PatternOccurrence]) -> FlatTable:
    """The patterns of an execution, the heaviest first."""
    return list_table("Patterns", OCCURRENCE_HEADERS, occurrences, one_by_one(_occurrence), keys=("weight", "id"))


def histories_table(histories: QuerySet[RowHistory]) -> FlatTable:
    """Rows by all of their results, those that flip most first."""
    found = histories.select_related("row", "batch")
    return list_table("Rows", HISTORY_HEADERS, found, one_by_one(_history), keys=("flips", "row_id"))


def _named(one: FailurePattern) -> Sequence[Cell]:
    return (title_of(one), one.kind, one.column, one.failing, one.key, one.value)


def _figures(frequency: int, n: int, of: Share, lift: float | None) -> Sequence[Cell]:
    return (frequency, n, share(of.value), share(of.low), share(of.high), share(lift))


def _pattern(one: FailurePattern) -> Sequence[Cell]:
    last = one.last_execution
    return (
        *(*_named(one), *_figures(one.frequency, one.n, one.share, one.lift), one.trend, one.state),
        *(one.cured_by.number if one.cured_by else None, moment(one.first_seen_at), moment(one.last_seen_at)),
        last.number if last else None,
    )


def _occurrence(one: PatternOccurrence) -> Sequence[Cell]:
    compares = one.lift is not None
    return (
        *(*_named(one.pattern), *_figures(one.frequency, one.n, one.share, one.lift)),
        *(share(one.lift_low), share(one.lift_high), None if one.q is None else float(f"{one.q:.3g}")),
        *((one.other_frequency, one.other_n) if compares else (None, None)),
    )


def _history(one: RowHistory) -> Sequence[Cell]:
    return (
        *(one.batch.name, one.row.position, one.row.url, one.kind, one.flips, one.graded, one.passes, one.fails),
        *(one.errors, one.answers, one.distinct_answers, share(one.agreeing / one.pairs) if one.pairs else None),
    )
