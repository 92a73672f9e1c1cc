"""Downloads of results and of batches, and the page on which columns and rows are chosen."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.exporting.batch import BATCH_FORMATS, BatchRows
from analytics.exporting.formats import ExportFormat
from analytics.exporting.forms import ExportForm
from analytics.exporting.results import Results
from analytics.views.exports_answers import download
from executions.models import Execution
from projects.models import Batch
from projects.queries import batch_of

INVALID = 400


@require_GET
def execution_export(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponseBase:
    """The results of an execution as they are now; the address says in which format, which columns and which rows."""
    execution = _execution(request, execution_id)
    form = ExportForm(request.GET, error_codes=execution.error_counts)
    if not form.is_valid():
        return _options(request, execution, form)
    return download(Results(execution, form.wanted), form.export_format, export_stem(execution))


@require_http_methods(["GET", "HEAD", "POST"])
def execution_export_options(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Choose format, columns and rows; what the address says already is chosen."""
    execution = _execution(request, execution_id)
    form = ExportForm(request.POST or request.GET, error_codes=execution.error_counts)
    if request.method != "POST" or not form.is_valid():
        return _options(request, execution, form)
    address = reverse("execution_export", args=[slug, execution.pk])
    return redirect(f"{address}?{form.query}")


@require_GET
def batch_export(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponseBase:
    """The rows of a batch with inputs and truth, in a file that can be imported again; `?format=` is csv or another."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.export_data", batch.project)
    wanted = request.GET.get("format", ExportFormat.CSV)
    if wanted not in BATCH_FORMATS:
        told = f"There is no such format of batches. Choose one of these: {', '.join(BATCH_FORMATS)}."
        return HttpResponseBadRequest(told, content_type="text/plain; charset=utf-8")
    return download(BatchRows(batch), ExportFormat(wanted), batch_stem(batch))


def export_stem(execution: Execution) -> str:
    """The name of a file of results, without its ending."""
    return f"{slugify(execution.project.name) or 'project'}-execution-{execution.number}"


def batch_stem(batch: Batch) -> str:
    """The name of a file of a batch, without its ending."""
    return slugify(batch.name) or "batch"


def _execution(request: WorkspaceRequest, execution_id: uuid.UUID) -> Execution:
    """The execution, for those who may export. Raises Http404 or PermissionDenied."""
    executions = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    related = executions.select_related("project", "batch", "instruction_version")
    execution: Execution = get_object_or_404(related, pk=execution_id)
    require(request.user, "projects.export_data", execution.project)
    return execution


def _options(request: WorkspaceRequest, execution: Execution, form: ExportForm) -> HttpResponse:
    context = {"execution": execution, "form": form}
    return render(request, "analytics/exports/options.html", context, status=200 if form.is_valid() else INVALID)
