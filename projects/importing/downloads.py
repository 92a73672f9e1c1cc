"""Files to download around an import: all problems, the lines left out, and a template to fill."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mino.common.values.columns import ColumnRole
from mino.common.values.spreadsheet import neutralised
from projects.importing.parse.check import CheckedRows
from projects.importing.parse.problems import ImportRefused, Problem, ProblemLog
from projects.importing.parse.rows import CheckedRow
from projects.importing.reports import choices_of
from projects.importing.settings import import_limits
from projects.importing.staging import staged_table
from projects.models import Batch, BatchImport, BatchStatus, Project

PROBLEM_HEADERS = ("line", "column", "severity", "code", "message", "found", "remedy")
TEMPLATE_HEADERS = ("site_url", "name", "expected_title", "expected_price")
TEMPLATE_EXAMPLE = ("https://shop.example/desk-lamp", "Desk lamp", "Desk lamp, brass", "129.00")
ROWS_A_CHUNK = 500


@dataclass(slots=True)
class FreshLog(ProblemLog):
    """Hands every problem on instead of keeping the first ones."""

    keep: int = sys.maxsize
    fresh: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Count a problem and pass it on."""
        self.counts[problem.code] += 1
        if problem.severity == "error":
            self.errors += 1
            self.last_error_line = problem.line
        self.fresh.append(problem)

    def take(self) -> list[Problem]:
        """The problems since the last call."""
        taken, self.fresh = self.fresh, []
        return taken


def problems_csv(batch_import: BatchImport) -> Iterator[bytes]:
    """All problems of the file, also those beyond the thousand that an import keeps; the file is checked again."""
    yield from _written(_problem_lines(batch_import))


def left_out_csv(batch_import: BatchImport) -> Iterator[bytes]:
    """The lines with errors as they stand in the file, each after its line number and what is wrong with it."""
    yield from _written(_left_out_lines(batch_import))


def template_csv(project: Project) -> bytes:
    """A file to fill: the columns of the project's newest batch, or an example where there is none yet."""
    newest = Batch.objects.filter(project=project, status=BatchStatus.READY).first()
    if newest is None:
        return b"".join(_written([TEMPLATE_HEADERS, TEMPLATE_EXAMPLE]))
    columns = newest.columns.exclude(role=ColumnRole.IGNORED.value).order_by("position")
    headers = [
        column.header or (f"expected_{column.name}" if column.role == ColumnRole.GROUND_TRUTH else column.name)
        for column in columns
    ]
    return b"".join(_written([headers]))


def _problem_lines(batch_import: BatchImport) -> Iterator[Iterable[str]]:
    yield PROBLEM_HEADERS
    for _, problems in _checked_again(batch_import):
        for problem in problems:
            yield (
                str(problem.line or ""),
                problem.column or "",
                problem.severity.value,
                problem.code.value,
                problem.message,
                problem.found,
                problem.remedy,
            )


def _left_out_lines(batch_import: BatchImport) -> Iterator[Iterable[str]]:
    yield ("line", "problem", *(column["header"] or column["source"] for column in batch_import.columns))
    for row, problems in _checked_again(batch_import):
        if row is not None and not row.good:
            reasons = " ".join(problem.message for problem in problems if problem.severity == "error")
            yield (str(row.line), reasons, *row.cells)


def _checked_again(batch_import: BatchImport) -> Iterator[tuple[CheckedRow | None, list[Problem]]]:
    """Each row with its problems, and at the end those of the file as a whole."""
    log = FreshLog()
    with staged_table(batch_import) as table:
        try:
            for row in CheckedRows(table, choices_of(batch_import.columns), import_limits(), log=log):
                yield row, log.take()
        except ImportRefused as refusal:
            yield None, [*log.take(), refusal.problem]
        yield None, log.take()


def _written(lines: Iterable[Iterable[str]]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for number, line in enumerate(lines, start=1):
        writer.writerow([neutralised(cell) for cell in line])
        if number % ROWS_A_CHUNK == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return data
