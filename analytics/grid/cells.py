"""The cells of the grid: what was extracted, and the truth where it differs.

A page has up to fifty rows of many cells: they are put together here, where that costs a tenth of template includes.
The page's HTML and the answers to its scripts hold the same cells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from analytics.grid.heads import Head
from executions.evaluation.values import as_text, is_blank
from executions.models import Job, JobStatus
from mino.common.ui.difference import marked_expected, marked_extracted
from mino.common.ui.signs import pip
from projects.models import Row

LONGEST_SHOWN = 160
"""Characters of a value in the grid; the page of the job shows more."""

NOTHING = SafeString('<span class="mn-void">nothing</span>')
ABSENT = SafeString('<span class="mn-void">absent</span>')
UNKNOWN = SafeString('<span class="mn-void">not known</span>')
CELL = '<div class="mn-cell">{}<span class="mn-v">{}</span></div>'
CELL_WITH_TRUTH = (
    '<div class="mn-cell">{}<span class="mn-v">{}</span><span class="mn-truth"><span>{}</span></span></div>'
)
PLAIN = '<span class="mn-v mn-clip">{}</span>'


def truth_cells(row: Row, heads: Sequence[Head]) -> list[SafeString]:
    """The truth of a row of the batch itself."""
    known = row.truth
    return [format_html(PLAIN, _clip(known[head.name]) if head.name in known else UNKNOWN) for head in heads]


def answer_cells(job: Job, heads: Sequence[Head]) -> list[SafeString]:
    """What a job extracted, with the truth of its row where the answer is not right; nothing without a result."""
    if job.status != JobStatus.COMPLETED:
        return [SafeString("")] * len(heads)
    result: Mapping[str, Any] = job.result or {}
    return [
        _cell(job.outcomes.get(head.name, "not_gradable"), result.get(head.name), job.row.truth.get(head.name))
        for head in heads
    ]


def _cell(outcome: str, extracted: Any, truth: str | None) -> SafeString:
    sign, shown = _pip(outcome), _shown(extracted)
    if outcome in ("correct", "correctly_empty", "not_gradable"):
        return format_html(CELL, sign, shown or NOTHING)
    if outcome == "invented":
        return format_html(CELL_WITH_TRUTH, sign, marked_extracted("", shown), ABSENT)
    expected = _clip(truth or "")
    if not shown:
        return format_html(CELL_WITH_TRUTH, sign, NOTHING, expected)
    marked = marked_extracted(expected, shown), marked_expected(expected, shown)
    return format_html(CELL_WITH_TRUTH, sign, *marked)


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
