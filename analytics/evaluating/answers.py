"""Answers that something else produced: read from a table, and handed out row by row.

A line belongs to the row with its key where both tables have one, otherwise to the row with its URL. Where several rows
of the batch have the same URL, one line answers for all of them, and of several lines the nth answers for the nth row.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analytics.evaluating.arguments import BadInput
from executions.agents.base import Task
from executions.agents.file import Answer
from executions.models import Execution, Job, JobStatus
from executions.models.job import ACTIVE
from mino.common.values.columns import ColumnRole
from projects.importing.files import sentence
from projects.importing.parse.addresses import BadAddress, read_address
from projects.importing.parse.headers import SourceColumn
from projects.importing.parse.opening import open_table
from projects.importing.parse.problems import ImportRefused, ProblemLog, Severity
from projects.importing.parse.table import MINO_ROW_KEY, Table
from projects.importing.settings import import_limits
from projects.models import Row

SHOWN_LINES = 10
ERROR_HEADERS = ("error", "error_code")
UNFINISHED = frozenset({*ACTIVE, JobStatus.SKIPPED, JobStatus.STOPPED})
"""What stands in the status of an export for rows whose answer is not known, because the run did not get to them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file of answers."""

    number: int
    answer: Answer


@dataclass(slots=True)
class AnswerBook:
    """All answers, by the key or the URL of their row. `missing` are the fields that the file has no column for."""

    by_key: bool
    lines: Mapping[str, list[Line]]
    missing: Sequence[str] = ()
    _met: Counter[str] = field(default_factory=Counter)
    _waiting: dict[str, deque[Answer | None]] = field(default_factory=dict)

    @property
    def in_order(self) -> bool:
        """Whether rows must be asked for in their order, one at a time, because several lines have one URL."""
        return any(len(lines) > 1 for lines in self.lines.values())

    def meet(self, key: str, url: str) -> None:
        """Note that the file that is evaluated has a row with this key and URL."""
        identity = key if self.by_key else url
        if identity in self.lines:
            self._met[identity] += 1

    def check_known(self, name: str) -> None:
        """Refuse lines whose row was not met, and more lines for a URL than it has rows. Raises BadInput."""
        unknown = sorted(
            (line.number, identity) for identity, lines in self.lines.items() for line in lines[self._met[identity] :]
        )
        if not unknown:
            return
        what = "key" if self.by_key else "URL"
        lines = "1 line belongs" if len(unknown) == 1 else f"{len(unknown):,} lines belong"
        told = [f"{name}: {lines} to no row of the file that is evaluated."]
        told += [f"  line {number}: the {what} {identity[:200]}" for number, identity in unknown[:SHOWN_LINES]]
        if len(unknown) > SHOWN_LINES:
            told.append(f"  ... and {len(unknown) - SHOWN_LINES:,} more.")
        raise BadInput("\n".join(told))

    def arrange(self, execution: Execution) -> None:
        """Put the answers of URLs that have several into the order in which the execution asks for them."""
        several = {url for url, lines in self.lines.items() if len(lines) > 1}
        if not several:
            return
        answers: dict[int, Answer | None] = {}
        counts: dict[str, int] = defaultdict(int)
        rows = Row.objects.filter(batch=execution.batch_id).order_by("position").values_list("position", "url")
        for position, url in rows.iterator():
            if url in several:
                lines = self.lines[url]
                answers[position] = lines[counts[url]].answer if counts[url] < len(lines) else None
                counts[url] += 1
        jobs = Job.objects.filter(execution=execution).order_by("position").values_list("url", "row_position")
        for url, position in jobs.iterator():
            if url in several:
                self._waiting.setdefault(url, deque()).append(answers[position])

    def lookup(self, task: Task) -> Answer | None:
        """The answer for one row; None when the file has none."""
        identity = task.row_key if self.by_key else task.url
        if waiting := self._waiting.get(identity):
            return waiting.popleft()
        lines = self.lines.get(identity)
        return lines[0].answer if lines else None


def read_answers(path: Path, columns: Sequence[Mapping[str, Any]]) -> AnswerBook:
    """Read the file of answers for rows with these columns (each with its `name` and `role`).

    Raises BadInput when it can't be read, has no column that says which row is meant, or has none of the fields. Lines
    that belong to no row are found by `AnswerBook.check_known`, when it has met all rows.
    """
    try:
        with path.open("rb") as file:
            return _read(open_table(file, limits=import_limits()), _names(columns))
    except ImportRefused as refusal:
        raise BadInput(f"{path.name}: {sentence(refusal.problem)}") from refusal
    except BadAnswers as error:
        raise BadInput(f"{path.name}: {error}") from error


class BadAnswers(Exception):
    """What is wrong with the file of answers, in words."""


@dataclass(frozen=True, slots=True)
class _Places:
    """In which columns of the file what stands."""

    identity: SourceColumn
    by_key: bool
    fields: Mapping[str, int]
    error: int | None
    status: int | None


def _read(table: Table, names: Mapping[str, Sequence[str]]) -> AnswerBook:
    places = _places(table, names)
    log = ProblemLog()
    lines: dict[str, list[Line]] = defaultdict(list)
    for number, cells in table.records(log):
        if not any(cells):
            continue
        if len(cells) < len(table.columns) or any(cells[len(table.columns) :]):
            raise BadAnswers(f"line {number} has {len(cells)} cells; the header has {len(table.columns)}.")
        identity = _identity(cells[places.identity.index], by_key=places.by_key)
        if not identity:
            raise BadAnswers(f"line {number} has nothing in the column {places.identity.name}.")
        if places.by_key and identity in lines:
            raise BadAnswers(f"line {number} has the same key as line {lines[identity][0].number}: {identity[:100]}.")
        data = {name: cells[index] for name, index in places.fields.items() if cells[index].strip()}
        lines[identity].append(Line(number, Answer(data, _error(cells, places))))
    if log.errors:
        problem = next(one for one in log.kept() if one.severity is Severity.ERROR)
        raise BadAnswers(f"line {problem.line}: {sentence(problem)}")
    missing = [name for name in names[ColumnRole.GROUND_TRUTH] if name not in places.fields]
    return AnswerBook(places.by_key, lines, missing)


def _error(cells: Sequence[str], places: _Places) -> str:
    """What the line says went wrong; in an export also that the row was never finished."""
    error = cells[places.error].strip() if places.error is not None else ""
    status = cells[places.status].strip() if places.status is not None else ""
    if not error and status in UNFINISHED:
        return f"it was not finished when the export was written (its status is {status})."
    return error


def _names(columns: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {role: [] for role in ColumnRole}
    for column in columns:
        names[column["role"]].append(column["name"])
    return names


def _places(table: Table, names: Mapping[str, Sequence[str]]) -> _Places:
    columns = {column.name.casefold(): column for column in table.columns}
    keys = [*names[ColumnRole.KEY], *([MINO_ROW_KEY] if names[ColumnRole.KEY] else [])]
    urls = [*names[ColumnRole.SITE_URL], "site_url", "url"]
    by_key = _first(columns, keys)
    identity = by_key or _first(columns, urls)
    if identity is None:
        wanted = " or ".join(dict.fromkeys([*keys[:1], *urls[:2]]))
        raise BadAnswers(f"no column says which row is meant. It needs a column {wanted}.")
    fields = {
        name: column.index
        for name in names[ColumnRole.GROUND_TRUTH]
        if (column := _first(columns, [name, f"extracted_{name}"])) is not None
    }
    if not fields:
        wanted = ", ".join(names[ColumnRole.GROUND_TRUTH])
        raise BadAnswers(f"it has none of the fields. It needs at least one of the columns {wanted}.")
    error = _first(columns, [name for name in ERROR_HEADERS if name not in fields])
    status = _first(columns, ["status"]) if MINO_ROW_KEY in columns and "status" not in fields else None
    return _Places(
        identity, by_key is not None, fields, error.index if error else None, status.index if status else None
    )


def _first(columns: Mapping[str, SourceColumn], names: Iterable[str]) -> SourceColumn | None:
    return next((columns[name.casefold()] for name in names if name.casefold() in columns), None)


def _identity(cell: str, *, by_key: bool) -> str:
    if by_key:
        return cell.strip()
    address = read_address(cell)
    return cell.strip() if isinstance(address, BadAddress) else address
