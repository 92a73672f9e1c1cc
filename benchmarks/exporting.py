"""Exports of an execution's results, beside a bare server-side cursor into csv and bare XlsxWriter."""

from __future__ import annotations

import csv
import time
from functools import partial
from pathlib import Path

from django.db import connection
from xlsxwriter import Workbook

from analytics.exporting.layout import Layout
from analytics.exporting.rows import export_rows
from analytics.exporting.table import Cell
from analytics.exporting.writing import ExportFormat, write_export
from benchmarks.children import best_in_turns, in_fresh_process
from benchmarks.figures import Figure
from benchmarks.filling import FIELDS as FILLED
from benchmarks.filling import fill_batch, fill_execution
from executions.models import Execution, Job

JOBS = 100_000
TIMES = 10
"""How many times as many jobs the execution has whose export shows that memory stays flat."""
DIFFERENT_ROWS = 1_000
COLUMNS = (
    "row__key",
    "row_position",
    "url",
    "row__inputs",
    "row__truth",
    "result",
    "outcomes",
    "status",
    "error_code",
    "error_message",
    "evaluation_result",
    "accuracy",
    "attempts",
    "agent_seconds",
)
"""What an export is made of; the floor writes it as the database gives it, JSON as text."""


def run(folder: Path, scale: float) -> list[Figure]:
    """Export an execution as csv and xlsx, and one of ten times the jobs for the memory."""
    jobs = int(JOBS * scale)
    batch = fill_batch(jobs * TIMES)
    small, large = fill_execution(batch, jobs, columns_with_cells=FILLED), fill_execution(batch, jobs * TIMES)
    return [*_csv(folder, small, large), *_xlsx(folder, small, large)]


def _csv(folder: Path, small: Execution, large: Execution) -> list[Figure]:
    first, floor = best_in_turns(
        partial(in_fresh_process, export, small.number, ExportFormat.CSV, folder / "small.csv"),
        partial(in_fresh_process, bare_csv, small.number, folder / "bare.csv"),
    )
    second = in_fresh_process(export, large.number, ExportFormat.CSV, folder / "large.csv")
    rows = small.total_jobs
    return [
        Figure("export, csv", rows / first.answer, "rows/s", rows / floor.answer, aim=0.5, aim_is_ratio=True),
        *_memory("csv", small, first.peak, large, second.peak),
    ]


def _xlsx(folder: Path, small: Execution, large: Execution) -> list[Figure]:
    first, floor = best_in_turns(
        partial(in_fresh_process, export, small.number, ExportFormat.XLSX, folder / "small.xlsx"),
        partial(in_fresh_process, bare_xlsx, small.number, folder / "bare.xlsx"),
    )
    second = in_fresh_process(export, large.number, ExportFormat.XLSX, folder / "large.xlsx")
    rows = small.total_jobs
    return [
        Figure("export, xlsx", rows / first.answer, "rows/s", rows / floor.answer, aim=1, aim_is_ratio=True),
        *_memory("xlsx", small, first.peak, large, second.peak),
    ]


def _memory(name: str, small: Execution, first: float, large: Execution, second: float) -> list[Figure]:
    """The peaks at both sizes: flat memory means that ten times the rows need hardly more."""
    what = f"export, {name}: peak memory at"
    return [
        Figure(f"{what} {small.total_jobs:,} rows", first, "MB", less=True),
        Figure(f"{what} {large.total_jobs:,} rows", second, "MB", first, aim=1.1, aim_is_ratio=True, less=True),
    ]


def export(number: int, export_format: ExportFormat, path: Path) -> float:
    """Export by the code behind the page's download. In seconds."""
    execution = _execution(number)
    began = time.perf_counter()
    with path.open("wb") as file:
        write_export(execution, export_format, file)
    return time.perf_counter() - began


def bare_csv(number: int, path: Path) -> float:
    """The floor: the same columns of the same rows by a server-side cursor, as they come, into csv. In seconds."""
    jobs = Job.objects.filter(execution=_execution(number)).order_by("position").values_list(*COLUMNS)
    statement, parameters = jobs.query.sql_with_params()
    began = time.perf_counter()
    with connection.chunked_cursor() as cursor, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(2_000):
            writer.writerows(rows)
    return time.perf_counter() - began


def bare_xlsx(number: int, path: Path) -> float:
    """The floor: XlsxWriter in constant memory, given the same cells over and over without reading them. In seconds."""
    execution = _execution(number)
    layout = Layout.of(execution)
    rows: list[list[Cell]] = [layout.cells(row) for row in next(export_rows(execution, chunk=DIFFERENT_ROWS))]
    began = time.perf_counter()
    with Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, layout.headers)
        for place in range(execution.total_jobs):
            sheet.write_row(place + 1, 0, rows[place % len(rows)])
    return time.perf_counter() - began


def _execution(number: int) -> Execution:
    related = Execution.objects.select_related("project", "batch", "instruction_version")
    execution: Execution = related.get(number=number)
    return execution
