"""Asks before a project or a batch is deleted, and says how much goes with it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.models import Execution
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from projects.forms import DeleteForm
from projects.models import Batch, BatchStatus
from projects.queries import batch_of, project_of
from projects.services import deletion as services


@require_http_methods(["GET", "HEAD", "POST"])
def project_delete(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Delete a project, once its name is typed."""
    project = project_of(request, project_id)
    require(request.user, "projects.delete", project)
    form = DeleteForm(project.name, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.project_delete(project=project, user=request.user)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"{project.name} is deleted.")
            return redirect("project_list", slug=slug)
    batches = Batch.objects.filter(project=project, status=BatchStatus.READY)
    counts = batches.aggregate(batches=Count("pk"), rows=Sum("row_count", default=0))
    runs = Execution.objects.filter(project=project, batch__status=BatchStatus.READY)
    counts |= runs.aggregate(executions=Count("pk"), jobs=Sum("total_jobs", default=0))
    return render(request, "analytics/project_delete.html", {"project": project, "form": form, **counts})


@require_http_methods(["GET", "HEAD", "POST"])
def batch_delete(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Delete a batch, once its name is typed."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.delete", batch.project)
    form = DeleteForm(batch.name, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.batch_delete(batch=batch, user=request.user)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"{batch.name} is deleted.")
            return redirect("project", slug=slug, project_id=batch.project_id)
    counts = Execution.objects.filter(batch=batch).aggregate(executions=Count("pk"), jobs=Sum("total_jobs", default=0))
    context = {"batch": batch, "project": batch.project, "form": form, **counts}
    return render(request, "analytics/batch_delete.html", context)
