"""Exports as answers: streamed, or as a file that is complete before it is sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from django.db import connection
from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from analytics.exporting.csv_file import csv_chunks
from analytics.exporting.formats import CONTENT_TYPES, ExportFormat
from analytics.exporting.table import ExportSource, FlatTable
from analytics.exporting.writing import chunks_of, write

Download = FileResponse | StreamingHttpResponse
LOCKED_DOWN = "sandbox; default-src 'none'"
"""The content policy of a file with texts of agents: whatever a browser makes of it, it runs and loads nothing."""


def download(source: ExportSource, export_format: ExportFormat, stem: str) -> Download:
    """The export as a download called `stem` with the ending of its format."""
    response = _file(source) if export_format is ExportFormat.XLSX else _stream(source, export_format)
    return lock_down(response, export_format, stem)


def download_table(table: FlatTable, stem: str) -> Download:
    """A table as a CSV download."""
    response = StreamingHttpResponse(_without_connection(csv_chunks(table)))
    return lock_down(response, ExportFormat.CSV, stem)


def lock_down(response: Download, export_format: ExportFormat, stem: str) -> Download:
    """Have the answer saved under that name, never shown, and kept by nobody in between."""
    name = f"{stem}.{export_format}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Content-Type"] = CONTENT_TYPES[export_format]
    response["Content-Security-Policy"] = LOCKED_DOWN
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _file(source: ExportSource) -> FileResponse:
    # An XLSX file is an archive whose directory stands at its end: it can't be sent before it is done.
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write(source, ExportFormat.XLSX, file)
    file.seek(0)
    return FileResponse(file)


def _stream(source: ExportSource, export_format: ExportFormat) -> StreamingHttpResponse:
    return StreamingHttpResponse(_without_connection(chunks_of(source, export_format)))


def _without_connection(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, but none is sent while a database connection is held: a reader may take minutes for one."""
    for chunk in chunks:
        if not connection.in_atomic_block:
            connection.close()
        yield chunk
