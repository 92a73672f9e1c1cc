"""A batch: its rows with what an execution made of them, and its executions."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.bulk.exporting import filter_choices
from analytics.figures import axis_low, for_lists, for_menus
from analytics.grid.page import grid_context, grid_of
from executions.models import Execution
from mino.common.pagination import keyset_page
from projects.models import Batch
from projects.queries import Abilities, batch_of

CHOICE = 20
"""How many executions the menu offers."""
NO_EXECUTION = "none"


@require_safe
def batch(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The rows of a batch, fifty a page, beside the results of the execution that `?execution=` names (the newest)."""
    shown = batch_of(request, batch_id)
    require(request.user, "projects.view_results", shown.project)
    executions = list(for_menus(_executions(shown)).order_by("-created_at", "-id")[:CHOICE])
    execution = _chosen(shown, request.GET.get("execution", ""))
    grid = grid_of(request, shown, execution, shown.project)
    context = {
        "batch": shown,
        "project": shown.project,
        "abilities": Abilities.of(request.user, shown.project),
        "execution": execution,
        "executions": executions,
        "export_query": filter_choices(request.GET, of_results=True).urlencode(),
        **grid_context(grid, request),
    }
    return render(request, "analytics/batch.html", context)


@require_safe
def batch_grid(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> JsonResponse:
    """The same rows for the scripts of the grid, fifty at a time."""
    shown = batch_of(request, batch_id)
    require(request.user, "projects.view_results", shown.project)
    wanted = request.GET.get("execution", "")
    execution = _chosen(shown, wanted)
    return JsonResponse(grid_of(request, shown, execution, shown.project).told())


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


def _chosen(shown: Batch, number: str) -> Execution | None:
    """The execution that the address names, else the newest; None when there is none or none is wanted."""
    if number == NO_EXECUTION:
        return None
    executions = for_lists(_executions(shown))
    named: Execution | None = None
    if number.isascii() and number.isdecimal() and len(number) < 10:
        named = executions.filter(number=int(number)).first()
    return named or executions.order_by("-created_at", "-id").first()
