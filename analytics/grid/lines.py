"""The rows of the grid, cell by cell, for the page and for its scripts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from analytics.grid.cells import answer_cells, truth_cells
from analytics.grid.columns import GridColumn
from analytics.grid.heads import Head
from executions.addresses import site
from executions.models import Execution, Job, JobStatus
from mino.common.ui.formats import duration, number, percent
from mino.common.ui.signs import icon, state, verdict
from mino.templatetags.mino_ui import relative_time
from projects.models import Row

JOB_FIELDS = (
    "position",
    "row_position",
    "repeat",
    "url",
    "status",
    "step",
    "result",
    "sources",
    "outcomes",
    "evaluation_result",
    "accuracy",
    "attempts",
    "error_code",
    "error_message",
    "agent_seconds",
    "finished_at",
    "row__truth",
)
LONGEST_TOLD = 160
SITE = (
    '<div class="mn-min0 mn-quiet"><a class="mn-clip" href="{}"><b class="mn-strong">{}</b></a>'
    '<span class="mn-meta mn-clip">row {} {}{}</span></div>'
)
TOLD = (
    '<div class="mn-min0"><span class="d-flex gap-2 align-items-center">{}{}</span>'
    '<span class="mn-meta mn-clip">{}</span></div>'
)
AGAIN = '{} {} {}<span class="visually-hidden"> attempts</span>'
SOURCES = (
    '<a class="mn-meta" data-sources href="{}">Sources<span class="visually-hidden"> of the values of row {}</span></a>'
)
SKIP = (
    '<button class="btn btn-sm mn-ghost" type="submit" form="grid-skip" name="job" value="{}">{}Skip'
    '<span class="visually-hidden"> row {}</span></button>'
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the batch, its place among all, and its cells in the order of the columns; `html` are
    the same as cells of a table."""

    row: int
    place: int
    cells: Sequence[SafeString]
    html: SafeString

    def told(self) -> dict[str, Any]:
        """The same for scripts."""
        return {"row": self.row, "place": self.place, "cells": list(self.cells)}


@dataclass(frozen=True, slots=True)
class Place:
    """What the rows belong to: the organization's slug, the batch, and the execution if one is shown."""

    slug: str
    batch_id: uuid.UUID
    execution: Execution | None


def lines_of(
    ids: Sequence[uuid.UUID],
    shown: Place,
    columns: Sequence[GridColumn],
    *,
    may_skip: bool,
) -> list[Line]:
    """The rows or jobs with these ids, in their order: one query."""
    order = {one: place for place, one in enumerate(ids)}
    heads = [column.head for column in columns if column.head]
    lines: dict[uuid.UUID, Line] = {}
    if shown.execution is None:
        for row in Row.objects.filter(pk__in=ids).only("position", "url", "truth"):
            lines[row.pk] = _line(row.position, row.position, _row_cells(row, shown, heads), columns)
    else:
        for job in Job.objects.filter(pk__in=ids).select_related("row").only(*JOB_FIELDS):
            cells = _job_cells(job, shown.slug, heads, repeats=shown.execution.repeats, may_skip=may_skip)
            lines[job.pk] = _line(job.row_position, job.position, cells, columns)
    return [lines[one] for one in sorted(lines, key=lambda one: order[one])]


def _line(row: int, place: int, cells: Sequence[SafeString], columns: Sequence[GridColumn]) -> Line:
    pairs = ((column.css, cell) for column, cell in zip(columns, cells, strict=True))
    return Line(row, place, cells, format_html_join("", '<td class="{}">{}</td>', pairs))


def _row_cells(row: Row, shown: Place, heads: Sequence[Head]) -> list[SafeString]:
    url = reverse("row_truth", args=[shown.slug, shown.batch_id, row.position])
    return [_site(url, row.url, row.position), *truth_cells(row, heads)]


def _job_cells(job: Job, slug: str, heads: Sequence[Head], *, repeats: int, may_skip: bool) -> list[SafeString]:
    return [
        _site(reverse("job", args=[slug, job.pk]), job.url, job.row_position, _again(job, repeats)),
        _result(job, slug, may_skip=may_skip),
        *answer_cells(job, heads),
        _plain(percent(job.accuracy)),
        _plain(number(job.attempts)),
        _plain(duration(job.agent_seconds)),
        relative_time(job.finished_at),
    ]


def _again(job: Job, repeats: int) -> SafeString:
    """Which repeat of the row it is, and how many attempts it took, where that is worth telling."""
    repeat = f", {job.repeat} of {repeats}" if repeats > 1 else ""
    if job.attempts < 2:
        return format_html("{}", repeat)
    return format_html(AGAIN, repeat, icon("refresh"), job.attempts)


def _plain(text: str) -> SafeString:
    return format_html('<span class="mn-v">{}</span>', text)


def _site(link: str, address: str, number: int, again: str = "") -> SafeString:
    shown = site(address)
    return format_html(SITE, link, shown.host[:80], number, shown.rest[:120], again)


def _result(job: Job, slug: str, *, may_skip: bool) -> SafeString:
    """The verdict, or the state with what is the matter or under way."""
    if job.status == JobStatus.COMPLETED:
        sources = SafeString("")
        if job.sources:
            sources = format_html(SOURCES, reverse("job_sources", args=[slug, job.pk]), job.row_position)
        return format_html('<div class="mn-min0">{}<div>{}</div></div>', verdict(job.evaluation_result), sources)
    about = job.error_message if job.status == JobStatus.ERROR else job.step if job.status == JobStatus.RUNNING else ""
    beside = format_html("<code>{}</code>", job.error_code) if job.error_code else ""
    if may_skip and job.finished_at is None and job.status != JobStatus.RUNNING:
        beside = format_html("{}" + SKIP, beside, job.pk, icon("player-skip-forward"), job.row_position)
    return format_html(TOLD, state(job.status), beside, about[:LONGEST_TOLD])
