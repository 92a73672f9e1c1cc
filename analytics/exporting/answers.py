"""Exports as answers: streamed, or as a file that is complete before it is sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.conf import settings
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from analytics.exporting.flat import FlatSource
from analytics.exporting.formats import CONTENT_TYPES, ExportFormat
from analytics.exporting.table import Cell, ExportSource, FlatTable
from analytics.exporting.writing import chunks_of, write
from executions.pictures.serving import LOCKED_DOWN
from mino.common.ui.formats import number

Download = FileResponse | StreamingHttpResponse


def download(source: ExportSource, export_format: ExportFormat, stem: str) -> Download:
    """The export as a download called `stem` with the ending of its format."""
    response = _file(source) if export_format is ExportFormat.XLSX else _stream(source, export_format)
    return lock_down(response, export_format, stem)


def download_table(request: HttpRequest, table: FlatTable, stem: str) -> HttpResponseBase:
    """A table as a download in the format that `?format=` names, CSV without one.

    Answers 400 with a sentence for a format that is none, and for a workbook of more rows than a request may take: it
    can't be streamed as the others are.
    """
    wanted = request.GET.get("format", ExportFormat.CSV)
    if wanted not in set(ExportFormat):
        return HttpResponseBadRequest(f"There is no such format. Choose {FORMATS}.", content_type=PLAIN)
    try:
        return table_file(table, ExportFormat(wanted), stem)
    except TooLong as error:
        return HttpResponseBadRequest(str(error), content_type=PLAIN)


def table_file(table: FlatTable, wanted: ExportFormat, stem: str) -> Download:
    """A table as a download. Raises TooLong for a workbook of more rows than a request may take."""
    return download(FlatSource(_limited(table, wanted)), wanted, stem)


FORMATS = ", ".join(f"format={one}" for one in ExportFormat)
PLAIN = "text/plain; charset=utf-8"


class TooLong(Exception):
    """A table has too many rows for a request. Says so in a sentence."""

    def __init__(self) -> None:
        most = number(settings.EXPORT_BACKGROUND_ROWS)
        super().__init__(
            f"These are more than {most} rows, too many for a workbook at once. Choose CSV, or narrow the list."
        )


def _limited(table: FlatTable, wanted: str) -> FlatTable:
    """The table, which raises TooLong where a workbook would have too many rows."""

    def rows() -> Iterator[Iterable[Sequence[Cell]]]:
        count = 0
        for chunk in table.rows():
            lines = list(chunk)
            count += len(lines)
            if count > settings.EXPORT_BACKGROUND_ROWS:
                raise TooLong
            yield lines

    return replace(table, rows=rows) if wanted == ExportFormat.XLSX else table


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
