"""A batch: its rows with what an execution made of them, and its executions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.figures import axis_low, for_lists
from analytics.grid.asking import Ask, choices
from analytics.grid.cells import Line, job_line, row_line
from analytics.grid.chips import applied_filters, outcome_chips
from analytics.grid.heads import Head, heads_of
from analytics.grid.paging import GridPage, grid_page
from analytics.grid.sources import job_sources, matching_count, row_sources
from executions.models import ColumnStatistic, Execution, Job
from mino.common.pagination import keyset_page
from projects.filters import SEARCH_LENGTH
from projects.models import Batch, Row
from projects.queries import Abilities, batch_of

CHOICE = 20
"""How many executions the menu offers."""
NO_EXECUTION = "none"


@require_safe
def batch(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The rows of a batch, fifty a page, beside the results of the execution that `?execution=` names (the newest)."""
    shown = batch_of(request, batch_id)
    require(request.user, "projects.view_results", shown.project)
    executions = list(for_lists(_executions(shown)).order_by("-created_at", "-id")[:CHOICE])
    execution = _chosen(shown, executions, request.GET.get("execution", ""))
    statistics = list(ColumnStatistic.objects.filter(execution=execution)) if execution else []
    heads = heads_of(shown, execution, statistics)
    names = [head.name for head in heads]
    ask = Ask.of(request.GET, names)
    sources = job_sources(execution, ask, statistics) if execution else row_sources(shown, ask)
    page = grid_page(sources, request.GET, execution)
    context = {
        "batch": shown,
        "project": shown.project,
        "abilities": Abilities.of(request.user, shown.project),
        "execution": execution,
        "executions": executions,
        "heads": heads,
        "lines": _lines(page, heads, execution),
        "page": page,
        "ask": ask,
        "choices": choices(ask, names, execution),
        "search_length": SEARCH_LENGTH,
        "chips": outcome_chips(request.GET, ask, execution, statistics),
        "applied": applied_filters(request.GET, ask),
        "matching": matching_count(execution, ask, statistics) if execution else None,
        "total": execution.total_jobs if execution else shown.row_count,
    }
    return render(request, "analytics/batch.html", context)


@require_safe
def batch_executions(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The executions of a batch, newest first."""
    shown = batch_of(request, batch_id)
    require(request.user, "projects.view_results", shown.project)
    page = keyset_page(for_lists(_executions(shown)), request.GET)
    context = {
        "batch": shown,
        "project": shown.project,
        "abilities": Abilities.of(request.user, shown.project),
        "page": page,
        "axis": axis_low(one.accuracy for one in page.items),
    }
    return render(request, "analytics/batch_executions.html", context)


def _executions(shown: Batch) -> Any:
    return Execution.objects.filter(batch=shown)


def _chosen(shown: Batch, executions: Sequence[Execution], number: str) -> Execution | None:
    """The execution that the address names, else the newest; None when there is none or none is wanted."""
    if number == NO_EXECUTION:
        return None
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return executions[0] if executions else None
    known = next((one for one in executions if one.number == int(number)), None)
    named: Execution | None = known or for_lists(_executions(shown)).filter(number=int(number)).first()
    return named or (executions[0] if executions else None)


def _lines(page: GridPage, heads: Sequence[Head], execution: Execution | None) -> list[Line]:
    if execution is None:
        rows = Row.objects.filter(pk__in=page.ids).only("position", "url", "truth").order_by("position")
        return [row_line(row, heads) for row in rows]
    order = {job_id: place for place, job_id in enumerate(page.ids)}
    jobs = Job.objects.filter(pk__in=page.ids).select_related("row").only(*JOB_FIELDS)
    return [job_line(job, heads) for job in sorted(jobs, key=lambda job: order[job.pk])]


JOB_FIELDS = (
    "position",
    "row_position",
    "url",
    "status",
    "step",
    "result",
    "outcomes",
    "attempts",
    "error_code",
    "error_message",
    "next_retry_at",
    "row__truth",
)
