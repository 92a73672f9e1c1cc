"""All rows of an execution, with what came of each."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from analytics.grid.page import grid_context, grid_of
from analytics.grid.sources import VERDICT_COUNTERS
from executions.views.cells import cells_of
from executions.views.finding import find_execution, find_job
from executions.views.pages import execution_context
from projects.queries import Abilities


@require_safe
def execution_results(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """The grid of the execution's batch with this execution, fifty rows a page."""
    found = find_execution(request, execution_id)
    grid = grid_of(request, found.batch, found, found.project)
    context = {
        **execution_context(request, found, "results"),
        "batch": found.batch,
        "project": found.project,
        "abilities": Abilities.of(request.user, found.project),
        "query": request.GET.urlencode(),
        "verdicts": [(name, getattr(found, counter)) for name, counter in VERDICT_COUNTERS.items()],
        **grid_context(grid, request, fixed=True),
    }
    return render(request, "analytics/execution_results.html", context)


@require_safe
def job_sources(request: WorkspaceRequest, slug: str, job_id: uuid.UUID) -> HttpResponse:
    """Where the agent found each value of a job: a page, or the part that the grid shows in a dialog."""
    found = find_job(request, job_id)
    context = {"job": found, "execution": found.execution, "cells": cells_of(found)}
    part = request.headers.get("X-Requested-With") == "fetch"
    return render(request, f"analytics/grid/sources{'_part' if part else ''}.html", context)
