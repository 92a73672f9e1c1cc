"""What a file would change, read line by line: the changes as they are, and what was noticed on the way."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from django.db.models import Max

from mino.common.errors import InvalidInput
from projects.importing.parse.problems import ImportRefused, Problem, ProblemLog, Severity
from projects.importing.parse.reading import ReadingState
from projects.importing.parse.table import Table
from projects.models import Batch, Row
from projects.services.truth_cells import MAX_CHANGED, CellChange, checked_value
from projects.truth_files.finding import Line, RowFinder
from projects.truth_files.heads import heads_of

PIECE = 1_000
PROBLEMS_KEPT = 100
MAX_LINES = 100_000
"""More lines take too long to be looked through while somebody waits."""


class TruthFile:
    """A file over a batch. Go through `changes` once; then the figures are complete."""

    def __init__(self, batch: Batch, table: Table, *, blank_clears: bool) -> None:
        self.table = table
        self.heads = heads_of(table, list(batch.columns.order_by("position")))
        self.lines = self.cells = self.problem_count = 0
        self.problems: list[tuple[int, str]] = []
        self.warning_count = 0
        self.warnings: list[tuple[int, str]] = []
        self.by_column: Counter[str] = Counter()
        self._batch = batch
        self._blank_clears = blank_clears
        self._finder = RowFinder(batch, self.heads)
        last = batch.rows.aggregate(last=Max("position"))["last"] or 0
        self._lines_of = array("I", bytes(4 * (last + 1)))
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """Stands for all changes with what the cells held before, and for the lines without a row."""
        return self._digest.hexdigest()

    def changes(self) -> Iterator[tuple[Row, CellChange]]:
        """The changes with their rows, as the file has them. Raises InvalidInput when it can't be read to its end."""
        lines = (Line(number, cells) for number, cells in self._records())
        while piece := list(islice(lines, PIECE)):
            for line, row in zip(piece, self._finder.find(piece), strict=True):
                if isinstance(row, str):
                    self._note(line.number, row)
                elif first := self._lines_of[row.position]:
                    self._note(line.number, f"This is row {row.position} again, as in line {first}.")
                else:
                    self._lines_of[row.position] = line.number
                    yield from self._of(line, row)

    def _of(self, line: Line, row: Row) -> Sequence[tuple[Row, CellChange]]:
        try:
            wanted = [(one.name, checked_value(one.name, line.cell(place))) for place, one in self.heads.truth]
        except InvalidInput as error:
            self._note(line.number, error.message)
            return []
        found = []
        for name, value in wanted:
            before = row.truth.get(name)
            if value == before or (value is None and not self._blank_clears):
                continue
            self._count(name)
            self._stamp(row.position, name, before, value)
            found.append((row, CellChange(row.pk, name, value, before)))
        return found

    def _count(self, column: str) -> None:
        self.cells += 1
        self.by_column[column] += 1
        if self.cells > MAX_CHANGED:
            raise InvalidInput(
                f"The file would change more than {MAX_CHANGED:,} cells. Split it: each part is set by itself.",
                code="PAYLOAD_TOO_LARGE",
            )

    def _note(self, line: int, sentence: str) -> None:
        """Remember that a line can't be used."""
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append((line, sentence))
        self._stamp(line, sentence)

    def _notice(self, problem: Problem) -> None:
        """Take over what was noticed while the file was read."""
        line, sentence = problem.line or 0, " ".join(filter(None, (problem.message, problem.remedy)))
        sentence = f"{problem.column}: {sentence}" if problem.column else sentence
        if problem.severity is Severity.ERROR:
            self._note(line, sentence)
            return
        self.warning_count += 1
        if len(self.warnings) < PROBLEMS_KEPT:
            self.warnings.append((line, sentence))

    def _stamp(self, *values: object) -> None:
        self._digest.update(json.dumps(values).encode())

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The records that can be used; what is wrong with others is noted."""
        log, state = _LineLog(self._notice), ReadingState()
        try:
            for number, cells in self.table.records(log, state):
                self._count_lines(1 + len(state.lost))
                state.lost.clear()
                if any(cells) and self._fits(number, cells) and log.last_error_line != number:
                    yield number, cells
        except ImportRefused as refusal:
            raise InvalidInput(f"{refusal.problem.message} {refusal.problem.remedy}") from refusal
        self._count_lines(len(state.lost))

    def _fits(self, number: int, cells: Sequence[str]) -> bool:
        """Whether each cell stands under a header: in a line with too few or too many, values may have moved."""
        width = len(self.table.columns)
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            return True
        fields = "1 field" if len(cells) == 1 else f"{len(cells)} fields"
        self._note(number, f"The line has {fields}; the header has {width}.")
        return False

    def _count_lines(self, count: int) -> None:
        self.lines += count
        if self.lines > MAX_LINES:
            raise InvalidInput(
                f"The file has more than {MAX_LINES:,} lines. Split it, or leave out what is as it was.",
                code="PAYLOAD_TOO_LARGE",
            )


class _LineLog(ProblemLog):
    """Hands problems on instead of keeping them; of a line with several errors, the first one."""

    def __init__(self, notice: Callable[[Problem], None]) -> None:
        super().__init__(keep=0)
        self._notice = notice

    def add(self, problem: Problem) -> None:
        """Count a problem, and hand it on."""
        is_first = problem.severity is not Severity.ERROR or problem.line != self.last_error_line
        super().add(problem)
        if is_first:
            self._notice(problem)
