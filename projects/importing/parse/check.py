"""Checks every row of a table under the chosen roles and types, and says by line and column what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .choices import ColumnChoice, check_choices
from .duplicates import DuplicateUrls
from .limits import Limits
from .problems import ImportRefused, Problem, ProblemCode, ProblemLog, Severity, refused
from .reading import ReadingState
from .rows import CheckedRow, RowChecker
from .table import Table

PROGRESS_EVERY = 2_000

Progress = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class TruthShare:
    """How many of the good rows have a value in a ground-truth column."""

    name: str
    filled: int
    rows: int


@dataclass(slots=True)
class Report:
    """What a check found. `rows` are all rows of the file, `good_rows` those without an error."""

    rows: int = 0
    good_rows: int = 0
    truth_rows: int = 0
    blank_lines: int = 0
    duplicate_urls: int = 0
    truth: list[TruthShare] = field(default_factory=list)
    log: ProblemLog = field(default_factory=ProblemLog)
    fatal: Problem | None = None

    @property
    def bad_rows(self) -> int:
        """Rows that stay out because of an error."""
        return self.rows - self.good_rows

    @property
    def problems(self) -> list[Problem]:
        """The problems kept (at most a thousand errors and a thousand warnings), by line."""
        return self.log.kept()

    @property
    def can_import(self) -> bool:
        """Whether at least the good rows can be imported."""
        return self.fatal is None and self.good_rows > 0


class CheckedRows:
    """One pass over a table: iterate to get the rows in order, the bad ones too, and read `report` afterwards.

    Memory stays flat: a thousand problems, and 12 bytes a row to find repeated URLs (with a key column some 80 bytes a
    row more). Iterating raises ImportRefused where the file can't be read any further, or has too many rows.
    """

    def __init__(
        self,
        table: Table,
        choices: list[ColumnChoice],
        limits: Limits | None = None,
        progress: Progress | None = None,
        log: ProblemLog | None = None,
    ) -> None:
        self.report = Report(log=log or ProblemLog())
        self._table = table
        self._choices = choices
        self._limits = limits or Limits()
        self._progress = progress

    def __iter__(self) -> Iterator[CheckedRow]:
        report, log, state = self.report, self.report.log, ReadingState()
        for problem in self._table.problems:
            log.add(problem)
        check_choices(self._choices, log)
        if log.errors:
            report.fatal = next(problem for problem in log.kept() if problem.severity is Severity.ERROR)
            raise ImportRefused(report.fatal)
        checker = RowChecker(self._table.names, self._choices, self._limits, log)
        duplicates = DuplicateUrls()
        for line, cells in self._table.records(log, state):
            if state.lost:
                yield from self._lost(state)
            row = checker.check(line, cells)
            if row is None:
                report.blank_lines += 1
                continue
            report.rows += 1
            if report.rows > self._limits.rows:
                self._refuse_rows()
            if row.good:
                report.good_rows += 1
                report.truth_rows += row.has_truth
                duplicates.add(line, row.url)
            if self._progress and report.rows % PROGRESS_EVERY == 0:
                self._progress(report.rows, state.share)
            yield row
        yield from self._lost(state)
        report.blank_lines += state.blank_lines
        report.duplicate_urls = duplicates.report(checker.url_name, log)
        self._finish(checker)

    def _lost(self, state: ReadingState) -> Iterator[CheckedRow]:
        """The lines that gave no cells at all; their errors are noted already."""
        for line, text in state.lost:
            self.report.rows += 1
            yield CheckedRow(line, [text], "", "", has_truth=False, good=False)
        state.lost.clear()

    def _refuse_rows(self) -> None:
        raise refused(
            ProblemCode.BATCH_TOO_LARGE,
            f"The table has more than {self._limits.rows:,} rows.",
            "Split it into several files.",
        )

    def _finish(self, checker: RowChecker) -> None:
        report, log = self.report, self.report.log
        checker.note_unjudged()
        report.truth = [TruthShare(name, filled, report.good_rows) for name, filled in checker.filled_truth()]
        if report.blank_lines:
            log.warning(
                None,
                None,
                ProblemCode.BLANK_LINES,
                f"{report.blank_lines:,} empty {'line was' if report.blank_lines == 1 else 'lines were'} skipped.",
            )
        if report.rows == 0:
            log.error(
                None,
                None,
                ProblemCode.BATCH_EMPTY,
                "The table has no rows.",
                remedy="Add at least one row below the header.",
            )
            report.fatal = log.kept()[0]


def check(
    table: Table, choices: list[ColumnChoice], limits: Limits | None = None, progress: Progress | None = None
) -> Report:
    """Check a whole table and report; `progress` is called with the rows done and the share of the file, now and then.

    Never raises for what the file holds: what makes it unreadable is the report's `fatal` problem.
    """
    rows = CheckedRows(table, choices, limits, progress)
    try:
        for _ in rows:
            pass
    except ImportRefused as refusal:
        if rows.report.fatal is None:
            rows.report.fatal = refusal.problem
            rows.report.log.add(refusal.problem)
    return rows.report
