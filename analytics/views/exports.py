"""Downloads of results and of batches, and the pages on which format, columns and rows are chosen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.exporting.answers import download
from analytics.exporting.background.ordering import export_order
from analytics.exporting.background.sources import Source, is_large, stem_of
from analytics.exporting.batch import BatchRows
from analytics.exporting.formats import ExportFormat
from analytics.exporting.forms import BatchExportForm, ExportForm
from analytics.exporting.results import Results
from executions.models import Execution
from mino.common.errors import ServiceError
from projects.models import Batch
from projects.queries import batch_of

INVALID = 400
PAGE = ["GET", "HEAD", "POST"]
LONGEST_QUERY = 2_000
"""Servers refuse longer addresses from about 4,000 bytes on."""


@require_GET
def execution_export(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponseBase:
    """The results of an execution as they are now; the address says in which format, which columns and which rows."""
    execution = _execution(request, execution_id)
    form = _form(execution, request.GET)
    if not form.is_valid():
        return _options(request, execution, form)
    source = Results(execution, form.wanted)
    return _downloaded(source, form) or redirect(_address("execution_export_options", slug, source, form))


@require_http_methods(PAGE)
def execution_export_options(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponseBase:
    """Choose format, columns and rows; what the address says already is chosen. Large exports are ordered here."""
    execution = _execution(request, execution_id)
    form = _form(execution, request.POST or request.GET)
    if request.method != "POST" or not form.is_valid():
        return _options(request, execution, form)
    source = Results(execution, form.wanted)
    return _ordered(request, slug, source, form) or _fetched(slug, source, form)


@require_GET
def batch_export(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponseBase:
    """The rows of a batch with inputs and truth, in a file that can be imported again; `?format=` is csv or another."""
    batch = _batch(request, batch_id)
    form = BatchExportForm(request.GET)
    if not form.is_valid():
        return _batch_options(request, batch, form)
    source = BatchRows(batch, wanted=form.wanted)
    return _downloaded(source, form) or redirect(_address("batch_export_options", slug, source, form))


@require_http_methods(PAGE)
def batch_export_options(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponseBase:
    """Choose the format in which a batch is exported. Large exports are ordered here."""
    batch = _batch(request, batch_id)
    form = BatchExportForm(request.POST or request.GET)
    if request.method != "POST" or not form.is_valid():
        return _batch_options(request, batch, form)
    source = BatchRows(batch, wanted=form.wanted)
    return _ordered(request, slug, source, form) or _fetched(slug, source, form)


Form = ExportForm | BatchExportForm


def _downloaded(source: Source, form: Form) -> HttpResponseBase | None:
    """The file; None where it can't be streamed and is too large for a request."""
    if form.export_format is ExportFormat.XLSX and is_large(source):
        return None
    return download(source, form.export_format, stem_of(source))


def _fetched(slug: str, source: Source, form: Form) -> HttpResponseBase:
    """The address of the file; the file itself where so many rows were named that no address holds them."""
    if len(form.query) > LONGEST_QUERY:
        return download(source, form.export_format, stem_of(source))
    name = "batch_export" if isinstance(source, BatchRows) else "execution_export"
    return redirect(_address(name, slug, source, form))


def _ordered(request: WorkspaceRequest, slug: str, source: Source, form: Form) -> HttpResponse | None:
    """The page of the export that was ordered; None where the file is small enough to be downloaded at once."""
    if not is_large(source):
        return None
    try:
        export = export_order(
            source=source, export_format=form.export_format, user=request.user, parameters=form.parameters
        )
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("export_list", slug=slug)
    return redirect("export_detail", slug=slug, export_id=export.pk)


def _address(name: str, slug: str, source: Source, form: Form) -> str:
    subject = source.batch if isinstance(source, BatchRows) else source.execution
    return f"{reverse(name, args=[slug, subject.pk])}?{form.query}"


def _execution(request: WorkspaceRequest, execution_id: uuid.UUID) -> Execution:
    """The execution, for those who may export. Raises Http404 or PermissionDenied."""
    executions = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    related = executions.select_related("project", "batch", "instruction_version")
    execution: Execution = get_object_or_404(related, pk=execution_id)
    require(request.user, "projects.export_data", execution.project)
    return execution


def _batch(request: WorkspaceRequest, batch_id: uuid.UUID) -> Batch:
    """The batch, for those who may export. Raises Http404 or PermissionDenied."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.export_data", batch.project)
    return batch


def _form(execution: Execution, query: QueryDict) -> ExportForm:
    return ExportForm(query, error_codes=execution.error_counts, columns=execution.columns)


def export_options(request: WorkspaceRequest, subject: Execution | Batch, query: QueryDict) -> HttpResponse:
    """The page of choices with these chosen, for a selection that no address holds."""
    if isinstance(subject, Batch):
        return _batch_options(request, subject, BatchExportForm(query))
    return _options(request, subject, _form(subject, query))


def _options(request: WorkspaceRequest, execution: Execution, form: ExportForm) -> HttpResponse:
    goes_later = form.is_valid() and is_large(Results(execution, form.wanted))
    return _page(request, "options", {"execution": execution, "form": form, "goes_later": goes_later})


def _batch_options(request: WorkspaceRequest, batch: Batch, form: BatchExportForm) -> HttpResponse:
    goes_later = form.is_valid() and is_large(BatchRows(batch, wanted=form.wanted))
    return _page(request, "batch", {"batch": batch, "form": form, "goes_later": goes_later})


def _page(request: WorkspaceRequest, name: str, context: Mapping[str, Any]) -> HttpResponse:
    status = 200 if context["form"].is_valid() else INVALID
    return render(request, f"analytics/exports/{name}.html", dict(context), status=status)
