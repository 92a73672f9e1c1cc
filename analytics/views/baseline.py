"""What a project's executions are measured by: its baseline and its margin."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.comparison import baselines as services
from analytics.comparison.asking import asked_ids, compare_url
from executions.views.finding import find_execution
from mino.common.errors import ServiceError
from projects.queries import project_of


class MarginForm(forms.Form):
    """The margin in points."""

    margin = forms.FloatField(min_value=0, max_value=services.MOST_MARGIN * 100)


@require_POST
def execution_set_baseline(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Make an execution the baseline of its project, or with `clear` none."""
    execution = find_execution(request, execution_id)
    require(request.user, "projects.change", execution.project)
    try:
        if "clear" in request.POST:
            services.project_clear_baseline(project=execution.project, user=request.user)
            told = f"{execution.project.name} has no baseline any more."
        else:
            services.project_set_baseline(execution=execution, user=request.user)
            told = f"Execution {execution.number} is the baseline of {execution.project.name}."
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, told)
    return _back(request, slug, execution_id)


@require_POST
def project_set_margin(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Set how large a difference has to be to mean anything, in points."""
    project = project_of(request, project_id)
    require(request.user, "projects.change", project)
    form = MarginForm(request.POST)
    if form.is_valid():
        margin = round(form.cleaned_data["margin"] / 100, 6)
        services.project_set_margin(project=project, user=request.user, margin=margin)
        messages.success(request, f"Differences up to {form.cleaned_data['margin']:g} points count as none.")
    else:
        messages.error(request, "The margin is a number of points from 0 to 50, such as 2.")
    return _back(request, slug)


def _back(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID | None = None) -> HttpResponse:
    """To the comparison that the form stood in, or else to the execution's page."""
    ids = asked_ids(request.POST)
    if execution_id and not ids:
        return redirect("execution", slug=slug, execution_id=execution_id)
    return redirect(compare_url(slug, ids))
