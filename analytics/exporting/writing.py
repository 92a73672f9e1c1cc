"""Writes what is exported in one of the formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from analytics.exporting.csv_file import csv_chunks
from analytics.exporting.formats import ExportFormat
from analytics.exporting.results import Results
from analytics.exporting.table import ExportSource
from analytics.exporting.xlsx_file import write_xlsx
from executions.models import Execution

__all__ = ["ExportFormat", "chunks_of", "write", "write_export"]


def chunks_of(source: ExportSource, export_format: ExportFormat) -> Iterator[bytes]:
    """The export, piece by piece. An XLSX file can't be streamed: it is an archive whose directory comes last."""
    if export_format is ExportFormat.CSV:
        return csv_chunks(source.table())
    return source.json() if export_format is ExportFormat.JSON else source.lines()


def write(source: ExportSource, export_format: ExportFormat, file: IO[bytes]) -> None:
    """Write the whole export into an open binary file."""
    if export_format is ExportFormat.XLSX:
        write_xlsx(source.table(), file)
        return
    for chunk in chunks_of(source, export_format):
        file.write(chunk)


def write_export(execution: Execution, export_format: ExportFormat, file: IO[bytes]) -> None:
    """Write all results of the execution, as they are now, into an open binary file."""
    write(Results(execution), export_format, file)
