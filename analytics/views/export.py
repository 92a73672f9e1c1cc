"""Downloads of an execution's results."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator

from django.db import connection
from django.http import FileResponse, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.exporting.writing import CHUNKS, ExportFormat, write_export
from executions.models import Execution

CONTENT_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
def execution_export(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponseBase:
    """All results of an execution as they are now; `?format=` is csv (the default), json or xlsx."""
    executions = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    related = executions.select_related("project", "batch", "instruction_version")
    execution: Execution = get_object_or_404(related, pk=execution_id)
    require(request.user, "projects.export_data", execution.project)
    try:
        export_format = ExportFormat(request.GET.get("format", "csv"))
    except ValueError:
        return _unknown_format()
    response = _file(execution) if export_format is ExportFormat.XLSX else _stream(execution, export_format)
    name = f"{slugify(execution.project.name) or 'project'}-execution-{execution.number}.{export_format}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Content-Type"] = CONTENT_TYPES[export_format]
    response["Cache-Control"] = "private, no-store"
    return response


def _unknown_format() -> HttpResponse:
    message = "There is no such format of exports. Choose format=csv, format=json or format=xlsx."
    return HttpResponseBadRequest(message, content_type="text/plain; charset=utf-8")


def _file(execution: Execution) -> FileResponse:
    # An XLSX file is an archive whose directory stands at its end: it can't be sent before it is done.
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_export(execution, ExportFormat.XLSX, file)
    file.seek(0)
    return FileResponse(file)


def _stream(execution: Execution, export_format: ExportFormat) -> StreamingHttpResponse:
    return StreamingHttpResponse(_without_connection(CHUNKS[export_format](execution)))


def _without_connection(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, but none is sent while a database connection is held: a reader may take minutes for one."""
    for chunk in chunks:
        if not connection.in_atomic_block:
            connection.close()
        yield chunk
