"""The pages of an import."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from projects.importing import downloads
from projects.importing.forms import ColumnsForm, ReadingForm, SheetForm, StartForm, UploadForm
from projects.importing.presenting import column_heads, figures, problem_page, sample_rows
from projects.importing.starting import import_cancel, import_start, said_of
from projects.importing.uploading import import_choose, import_paste, import_read_again, import_upload
from projects.models import BatchImport, ImportStatus, Project
from projects.queries import project_of

MEDIA_TYPE = "text/csv; charset=utf-8"


def import_of(request: WorkspaceRequest, import_id: uuid.UUID) -> BatchImport:
    """The import, for those who may change its project. Raises Http404 or PermissionDenied."""
    seen = BatchImport.objects.visible_to(request.user).filter(organization=request.organization)
    batch_import: BatchImport = get_object_or_404(seen.select_related("project", "folder", "batch"), pk=import_id)
    require(request.user, "projects.change", batch_import.project)
    return batch_import


@require_http_methods(["GET", "HEAD", "POST"])
def batch_import(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """The first step of a new batch: a file, or pasted addresses."""
    project = project_of(request, project_id)
    require(request.user, "projects.change", project)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = _upload(request, project, form)
        except ServiceError as error:
            form.add_error("file" if form.cleaned_data["file"] else "text", error.message)
        else:
            return redirect("import_detail", slug=slug, import_id=begun.pk)
    return render(request, "importing/upload.html", {"project": project, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request: WorkspaceRequest, slug: str, import_id: uuid.UUID) -> HttpResponse:
    """An import, wherever it stands: at work, waiting for decisions about its columns, or over."""
    found = import_of(request, import_id)
    if request.htmx:
        if not found.is_at_work:
            return HttpResponseClientRefresh()
        return render(request, "importing/_progress.html", {"import": found})
    if request.method == "POST" and found.status == ImportStatus.CHECKED:
        return _decide(request, slug, found)
    if request.method == "POST":
        return redirect("import_detail", slug=slug, import_id=import_id)
    return _page(request, found)


@require_POST
def import_reading(request: WorkspaceRequest, slug: str, import_id: uuid.UUID) -> HttpResponse:
    """Read the file in another way."""
    found = import_of(request, import_id)
    form = SheetForm(request.POST) if "sheet" in found.reading else ReadingForm(request.POST)
    if form.is_valid():
        try:
            import_read_again(batch_import=found, user=request.user, reading=form.reading())
        except ServiceError as error:
            messages.error(request, error.message)
    else:
        messages.error(request, "Choose how the file is read from the lists.")
    return redirect("import_detail", slug=slug, import_id=import_id)


@require_POST
def import_stop(request: WorkspaceRequest, slug: str, import_id: uuid.UUID) -> HttpResponse:
    """Give the import up."""
    found = import_of(request, import_id)
    try:
        import_cancel(batch_import=found, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("import_detail", slug=slug, import_id=import_id)
    messages.success(request, "The import was cancelled; nothing of it is left.")
    return redirect("batch_import", slug=slug, project_id=found.project_id)


@require_safe
def import_problems(request: WorkspaceRequest, slug: str, import_id: uuid.UUID) -> StreamingHttpResponse:
    """All problems, as a file."""
    found = _with_file(import_of(request, import_id))
    return _download(downloads.problems_csv(found), "problems.csv")


@require_safe
def import_left_out(request: WorkspaceRequest, slug: str, import_id: uuid.UUID) -> StreamingHttpResponse:
    """The lines with errors, as a file."""
    found = _with_file(import_of(request, import_id))
    return _download(downloads.left_out_csv(found), "left-out-lines.csv")


@require_safe
def import_template(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """A file to fill."""
    project = project_of(request, project_id)
    response = HttpResponse(downloads.template_csv(project), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = 'attachment; filename="sites.csv"'
    return response


def _upload(request: WorkspaceRequest, project: Project, form: UploadForm) -> BatchImport:
    file = form.cleaned_data["file"]
    if file:
        return import_upload(project=project, user=request.user, file=file, name=file.name)
    return import_paste(project=project, user=request.user, text=form.cleaned_data["text"])


def _decide(request: WorkspaceRequest, slug: str, found: BatchImport) -> HttpResponse:
    """Check with other columns, or start; columns that were changed are always checked first."""
    columns = ColumnsForm(found.columns, request.POST)
    start = StartForm(found.report.get("bad_rows", 0), request.POST)
    if not columns.is_valid():
        return _page(request, found, columns, start)
    starting = request.POST.get("action") == "start"
    try:
        if columns.differs() or not starting:
            typed = {part: request.POST.get(part, "") for part in ("name", "description")}
            import_choose(batch_import=found, user=request.user, columns=columns.chosen(), **typed)
            if starting:
                messages.warning(request, "The columns had changed, so the file was checked again. Look, then import.")
        elif start.is_valid():
            import_start(batch_import=found, user=request.user, **{**said_of(found), **start.cleaned_data})
        else:
            return _page(request, found, columns, start)
    except ServiceError as error:
        add_service_error(start, error)
        return _page(request, found, columns, start)
    return redirect("import_detail", slug=slug, import_id=found.pk)


def _page(
    request: WorkspaceRequest, found: BatchImport, columns: ColumnsForm | None = None, start: StartForm | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"import": found, "project": found.project, "report": found.report}
    if found.status != ImportStatus.CHECKED:
        return render(request, "importing/state.html", context)
    columns = columns or ColumnsForm(found.columns)
    reading = SheetForm(initial=found.reading) if "sheet" in found.reading else ReadingForm.showing(found.reading)
    context |= {
        "columns": columns,
        "start": start or StartForm(found.report.get("bad_rows", 0), initial=said_of(found)),
        "reading": None if found.is_pasted or not found.reading else reading,
        "heads": column_heads(columns),
        "rows": sample_rows(found.columns, found.report),
        "figures": figures(found.report),
        "page": problem_page(found.report, request.GET),
        "has_truth": any(column["role"] == "ground_truth" for column in found.columns),
    }
    return render(request, "importing/check.html", context)


def _with_file(found: BatchImport) -> BatchImport:
    if not found.file or found.status in (ImportStatus.CANCELLED, ImportStatus.FAILED):
        raise Http404("The file of this import is not kept any more.")
    return found


def _download(chunks: Any, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(chunks, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
