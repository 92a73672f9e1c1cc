"""What is wrong with an imported file: told by line and column, in sentences that say what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

KEPT_PROBLEMS = 1_000
FOUND_CHARACTERS = 120


class Severity(StrEnum):
    """An error keeps its line (or the whole file) out of the batch; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class ProblemCode(StrEnum):
    """What kind of problem it is. The names are stable: programs may rely on them."""

    # The file as a whole
    FILE_TYPE = "FILE_TYPE"
    FILE_BROKEN = "FILE_BROKEN"
    BATCH_EMPTY = "BATCH_EMPTY"
    BATCH_TOO_LARGE = "BATCH_TOO_LARGE"
    TOO_MANY_COLUMNS = "TOO_MANY_COLUMNS"
    NO_HEADER = "NO_HEADER"
    EMPTY_HEADER = "EMPTY_HEADER"
    DUPLICATE_HEADER = "DUPLICATE_HEADER"
    LONG_HEADER = "LONG_HEADER"
    # The chosen columns
    NO_URL_COLUMN = "NO_URL_COLUMN"
    SEVERAL_URL_COLUMNS = "SEVERAL_URL_COLUMNS"
    SEVERAL_KEY_COLUMNS = "SEVERAL_KEY_COLUMNS"
    DUPLICATE_NAME = "DUPLICATE_NAME"
    EMPTY_NAME = "EMPTY_NAME"
    # A line
    UNCLOSED_QUOTE = "UNCLOSED_QUOTE"
    STRAY_QUOTE = "STRAY_QUOTE"
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS"
    TOO_FEW_FIELDS = "TOO_FEW_FIELDS"
    BLANK_LINES = "BLANK_LINES"
    # A cell
    UNDECODABLE = "UNDECODABLE"
    LOST_CHARACTER = "LOST_CHARACTER"
    CONTROL_CHARACTER = "CONTROL_CHARACTER"
    CELL_TOO_LONG = "CELL_TOO_LONG"
    CELL_ERROR = "CELL_ERROR"
    MISSING_URL = "MISSING_URL"
    INVALID_URL = "INVALID_URL"
    DUPLICATE_URL = "DUPLICATE_URL"
    EMPTY_KEY = "EMPTY_KEY"
    LONG_KEY = "LONG_KEY"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    UNREADABLE_TRUTH = "UNREADABLE_TRUTH"
    NOT_ALL_CHECKED = "NOT_ALL_CHECKED"


def shown(text: str, length: int = FOUND_CHARACTERS) -> str:
    """The beginning of a text that came from the file, as a problem shows it."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (`None`: the whole file, the whole line), what, and what to do about it."""

    line: int | None
    column: str | None
    severity: Severity
    code: ProblemCode
    message: str
    found: str = ""
    remedy: str = ""


class ImportRefused(ValueError):
    """The file can't be read at all; `problem` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refused(code: ProblemCode, message: str, remedy: str, *, found: str = "", line: int | None = None) -> ImportRefused:
    """The exception for a file that can't be read at all."""
    return ImportRefused(Problem(line, None, Severity.ERROR, code, message, shown(found), remedy))


@dataclass(slots=True)
class ProblemLog:
    """Counts every problem; keeps the first thousand errors and the first thousand warnings, so memory is bounded.

    `last_error_line` is the line of the latest error: how a row learns that its reader found something.
    """

    keep: int = KEPT_PROBLEMS
    errors: int = 0
    warnings: int = 0
    last_error_line: int | None = None
    counts: Counter[ProblemCode] = field(default_factory=Counter)
    _kept_errors: list[Problem] = field(default_factory=list)
    _kept_warnings: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Count a problem, and keep it while there is room."""
        self.counts[problem.code] += 1
        if problem.severity is Severity.ERROR:
            self.errors += 1
            self.last_error_line = problem.line
            kept = self._kept_errors
        else:
            self.warnings += 1
            kept = self._kept_warnings
        if len(kept) < self.keep or problem.line is None:
            kept.append(problem)

    def error(
        self, line: int | None, column: str | None, code: ProblemCode, message: str, found: str = "", remedy: str = ""
    ) -> None:
        """Note something that keeps its line, or the file, out of the batch."""
        self.add(Problem(line, column, Severity.ERROR, code, message, shown(found), remedy))

    def warning(
        self, line: int | None, column: str | None, code: ProblemCode, message: str, found: str = "", remedy: str = ""
    ) -> None:
        """Note something to look at; the line is imported all the same."""
        self.add(Problem(line, column, Severity.WARNING, code, message, shown(found), remedy))

    def count_warnings(self, code: ProblemCode, count: int) -> None:
        """Count further warnings of a kind without telling each."""
        if count:
            self.counts[code] += count
            self.warnings += count

    def kept(self) -> list[Problem]:
        """The problems kept: those of the whole file first, then by line, errors before warnings."""
        ordered = sorted(self._kept_warnings + self._kept_errors, key=lambda problem: problem.severity)
        return sorted(ordered, key=lambda problem: problem.line or 0)
