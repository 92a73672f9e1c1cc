"""Writes an execution's results into a file of one of the formats."""

from __future__ import annotations

from enum import StrEnum
from typing import IO

from analytics.exporting.csv_file import csv_chunks
from analytics.exporting.json_file import json_chunks
from analytics.exporting.xlsx_file import write_xlsx
from executions.models import Execution


class ExportFormat(StrEnum):
    """The formats of exports, which are also the endings of their files."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


CHUNKS = {ExportFormat.CSV: csv_chunks, ExportFormat.JSON: json_chunks}
"""The formats that can be streamed."""


def write_export(execution: Execution, export_format: ExportFormat, file: IO[bytes]) -> None:
    """Write all results of the execution, as they are now, into an open binary file."""
    if export_format is ExportFormat.XLSX:
        write_xlsx(execution, file)
        return
    for chunk in CHUNKS[export_format](execution):
        file.write(chunk)
