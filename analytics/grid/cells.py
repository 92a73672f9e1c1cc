"""The rows of the grid as the template shows them: what was extracted, and the truth where it differs.

A page has up to fifty rows of many cells: they are put together here, where that costs a tenth of template includes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from analytics.grid.heads import Head
from executions.evaluation.values import as_text, is_blank
from executions.models import Job, JobStatus
from executions.views.addresses import Site, site
from mino.common.ui.difference import marked_expected, marked_extracted
from mino.common.ui.signs import pip
from projects.models import Row

LONGEST_SHOWN = 160
"""Characters of a value in the grid; the page of the job shows more."""

NOTHING = SafeString('<span class="mn-void">nothing</span>')
ABSENT = SafeString('<span class="mn-void">absent</span>')
UNKNOWN = SafeString('<span class="mn-void">not known</span>')
CELL = '<td{}><div class="mn-cell">{}<span class="mn-v">{}</span></div></td>'
CELL_WITH_TRUTH = (
    '<td{}><div class="mn-cell">{}<span class="mn-v">{}</span><span class="mn-truth"><span>{}</span></span></div></td>'
)
PLAIN = '<td{}><span class="mn-v mn-clip">{}</span></td>'
AT_THE_RIGHT = SafeString(' class="is-num"')
ANYWHERE = SafeString("")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the grid, its cells as HTML. A job that gave no result has no cells."""

    position: int
    site: Site
    cells: Sequence[SafeString]
    job: Job | None = None

    @property
    def has_result(self) -> bool:
        """Whether the cells stand for an answer (or for the truth alone, without an execution)."""
        return self.job is None or self.job.status == JobStatus.COMPLETED


def row_line(row: Row, heads: Sequence[Head]) -> Line:
    """A row of the batch itself: its truth."""
    known = row.truth
    cells = [
        format_html(PLAIN, _place(head), _clip(known[head.name]) if head.name in known else UNKNOWN) for head in heads
    ]
    return Line(row.position, site(row.url), cells)


def job_line(job: Job, heads: Sequence[Head]) -> Line:
    """A job, with the truth of its row where the answer is not right."""
    if job.status != JobStatus.COMPLETED:
        return Line(job.row_position, site(job.url), (), job)
    result: Mapping[str, Any] = job.result or {}
    cells = [
        _cell(head, job.outcomes.get(head.name, "not_gradable"), result.get(head.name), job.row.truth.get(head.name))
        for head in heads
    ]
    return Line(job.row_position, site(job.url), cells, job)


def _cell(head: Head, outcome: str, extracted: Any, truth: str | None) -> SafeString:
    place, sign, shown = _place(head), _pip(outcome), _shown(extracted)
    if outcome in ("correct", "correctly_empty", "not_gradable"):
        return format_html(CELL, place, sign, shown or NOTHING)
    if outcome == "invented":
        return format_html(CELL_WITH_TRUTH, place, sign, marked_extracted("", shown), ABSENT)
    expected = _clip(truth or "")
    if not shown:
        return format_html(CELL_WITH_TRUTH, place, sign, NOTHING, expected)
    marked = marked_extracted(expected, shown), marked_expected(expected, shown)
    return format_html(CELL_WITH_TRUTH, place, sign, *marked)


def _place(head: Head) -> SafeString:
    return AT_THE_RIGHT if head.is_number else ANYWHERE


@cache
def _pip(outcome: str) -> SafeString:
    return pip(outcome)


def _shown(value: Any) -> str:
    if is_blank(value):
        return ""
    text = as_text(value)
    return _clip(text if text is not None else json.dumps(value, ensure_ascii=False))


def _clip(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
