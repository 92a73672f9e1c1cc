"""The formats of exports."""

from __future__ import annotations

from enum import StrEnum


class ExportFormat(StrEnum):
    """The formats of exports, which are also the endings of their files."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"


CONTENT_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.JSONL: "application/x-ndjson; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LABELS = {
    ExportFormat.CSV: "CSV",
    ExportFormat.XLSX: "Excel workbook (.xlsx)",
    ExportFormat.JSON: "JSON: one object with the execution and its rows",
    ExportFormat.JSONL: "JSON Lines: one row a line",
}
