"""Patterns as pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from analytics.comparison.lines import clipped, shown
from analytics.models import FailurePattern, PatternOccurrence
from analytics.patterns.words import title_of
from executions.addresses import Site, site
from executions.models import FieldResult, Job
from mino.common.ui.difference import marked_expected, marked_extracted
from mino.common.ui.formats import MISSING, number, percent

MOST_OCCURRENCES = 30
TREND_HEIGHT = 60
HIGHEST_LIFT = 100
WIDEST_BAR = 6.0
"""Percent of the width."""


@dataclass(frozen=True, slots=True)
class Line:
    """A pattern in a list, with the occurrence that is shown of it if there is one."""

    pattern: FailurePattern
    title: str
    lift: str
    occurrence: PatternOccurrence | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One failing row: what was expected and extracted (marked where they differ), or the error it ended in."""

    job_id: uuid.UUID
    row: int
    site: Site
    column: str
    expected: SafeString | str
    extracted: SafeString | str
    explanation: str
    error: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One execution in the trend: percent of the width, pixels of the height, and what it says in words."""

    x: float
    width: float
    y: int
    height: int
    is_found: bool
    told: str


def lines_of(patterns: Sequence[FailurePattern]) -> list[Line]:
    """The patterns of a list."""
    return [Line(one, title_of(one), lift_words(one.lift)) for one in patterns]


def lines_of_execution(occurrences: Sequence[PatternOccurrence]) -> list[Line]:
    """The patterns of an execution."""
    return [Line(one.pattern, title_of(one.pattern), lift_words(one.lift), one) for one in occurrences]


def lift_words(lift: float | None) -> str:
    """A lift as `2.4×`; one that is no number any more (next to nothing fails elsewhere) as `over 100×`."""
    if lift is None:
        return MISSING
    return f"{number(lift, 1)}×" if lift <= HIGHEST_LIFT else f"over {HIGHEST_LIFT}×"


def occurrences_of(pattern: FailurePattern) -> list[PatternOccurrence]:
    """The newest executions in which the pattern was looked for: one query."""
    found = pattern.occurrences.select_related("execution__instruction_version", "execution__batch")
    slim = found.defer("positions", "execution__instruction_version__text", "execution__instructions")
    return list(slim.order_by("-at", "-pk")[:MOST_OCCURRENCES])


def trend_of(newest_first: Sequence[PatternOccurrence]) -> list[Bar]:
    """The share over executions, oldest first, as bars; none for a single execution."""
    if len(newest_first) < 2:
        return []
    highest = max(0.01, max(one.share.value or 0.0 for one in newest_first))
    step = min(WIDEST_BAR, 100 / len(newest_first))
    bars = []
    for place, one in enumerate(reversed(newest_first)):
        share = one.share.value or 0.0
        height = max(2, round(share / highest * TREND_HEIGHT))
        told = f"Execution {one.execution.number}: {percent(share)} of {number(one.n)}"
        x = round(place * step + step * 0.1, 2)
        bars.append(Bar(x, round(step * 0.8, 2), TREND_HEIGHT - height, height, one.is_found, told))
    return bars


@dataclass(frozen=True, slots=True)
class ExampleCell:
    """A failing row, and its cell where the pattern is about cells and it is still there."""

    job: Job
    column: str
    cell: FieldResult | None


def example_cells(occurrence: PatternOccurrence | None) -> list[ExampleCell]:
    """The examples that are still there: two queries."""
    if occurrence is None:
        return []
    wanted = [(str(one[0]), str(one[1])) for one in occurrence.examples]
    jobs = {str(job.pk): job for job in Job.objects.filter(pk__in=[pk for pk, _ in wanted]).only(*FIELDS)}
    cells = FieldResult.objects.current().filter(job__in=list(jobs), column__in={name for _, name in wanted if name})
    by_key = {(str(cell.job_id), cell.column): cell for cell in cells}
    return [ExampleCell(jobs[pk], column, by_key.get((pk, column))) for pk, column in wanted if pk in jobs]


def examples_of(occurrence: PatternOccurrence | None) -> list[Example]:
    """The same as pages show them."""
    return [_example(one.job, one.column, one.cell) for one in example_cells(occurrence)]


FIELDS = ("row", "row_position", "url", "error_code", "error_message", "outcomes", "status")


def _example(job: Job, column: str, cell: FieldResult | None) -> Example:
    expected, extracted, explanation = "", "", ""
    if cell is not None:
        truth, value = clipped(cell.expected or ""), shown(cell.extracted)
        both = bool(truth and value)
        expected = marked_expected(truth, value) if both else truth
        extracted = marked_extracted(truth, value) if both else value
        explanation = cell.explanation
    elif job.outcomes:
        failed = [name for name, outcome in job.outcomes.items() if outcome in ("wrong", "missed", "invented")]
        explanation = f"Not right: {', '.join(failed)}" if failed else ""
    error = f"{job.error_code}: {clipped(job.error_message)}" if job.error_code else ""
    return Example(job.pk, job.row_position, site(job.url), column, expected, extracted, explanation, error)
