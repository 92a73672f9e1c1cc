"""All executions of an organization."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from analytics.figures import axis_low, for_lists
from analytics.filters import ExecutionFilter
from executions.models import Execution
from mino.common.pagination import keyset_page
from projects.models import Project


@require_safe
def execution_list(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The executions of all projects that the reader may see, newest first."""
    projects = Project.objects.visible_to(request.user).filter(organization=request.organization)
    executions = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    chosen = ExecutionFilter(request.GET, for_lists(executions), projects=projects)
    page = keyset_page(chosen.qs, request.GET)
    axis = axis_low(one.accuracy for one in page.items)
    return render(request, "analytics/execution_list.html", {"filter": chosen, "page": page, "axis": axis})
