"""One row: its cells taken apart by role, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mino.common.values.columns import ColumnRole, ColumnType

from .addresses import PLAIN_ADDRESS, BadAddress, read_address
from .cells import USUAL, CellReader, alternatives
from .choices import ColumnChoice
from .duplicates import SeenKeys
from .limits import Limits
from .problems import ProblemCode, ProblemLog

NOUNS = {
    ColumnType.NUMBER: "a number",
    ColumnType.URL: "an address",
    ColumnType.EMAIL: "an e-mail address",
    ColumnType.DATE: "a date with day, month and year",
    ColumnType.PHONE: "a phone number",
    ColumnType.BOOLEAN: "a yes or a no",
}
# A control character that readers have removed from all cells.
SEPARATOR = "\x1f"


@dataclass(slots=True)
class CheckedRow:
    """A row of the file. `good`: it has no error, and as many cells as the table has columns."""

    line: int
    cells: list[str]
    url: str
    key: str
    has_truth: bool
    good: bool


class RowChecker:
    """Checks rows one after the other; what is wrong goes into the log, with line and column.

    Written for speed: a row where every cell is written in a usual way is recognised by a single pattern over its
    joined cells; only the other rows are looked at cell by cell.
    """

    def __init__(self, names: Sequence[str], choices: Sequence[ColumnChoice], limits: Limits, log: ProblemLog) -> None:
        self._names = names
        self._limits = limits
        self._log = log
        self._width = len(names)
        self._used = [choice.index for choice in choices if choice.role != ColumnRole.IGNORED]
        self._url = next(choice.index for choice in choices if choice.role == ColumnRole.SITE_URL)
        self.url_name = names[self._url]
        self._key = next((choice.index for choice in choices if choice.role == ColumnRole.KEY), None)
        self._keys = SeenKeys()
        truth = [choice for choice in choices if choice.role == ColumnRole.GROUND_TRUTH]
        self._truth = [(choice.index, choice.type, CellReader(choice.type)) for choice in truth]
        self._truth_names = [choice.name for choice in truth]
        self._filled = [0] * len(truth)
        self._usual_rows = 0
        self._is_usual = _usual_row(len(names), choices).fullmatch

    def check(self, line: int, cells: list[str]) -> CheckedRow | None:
        """The row, or None when all its cells are empty. What the reader noted for this line counts as well."""
        joined = SEPARATOR.join(cells)
        if not self._is_usual(joined) or len(joined) > self._limits.url_characters:
            return self._check_closely(line, cells)
        key = self._read_key(line, cells) if self._key is not None else ""
        good = self._log.last_error_line != line
        self._usual_rows += good
        return CheckedRow(line, cells, cells[self._url], key, bool(self._truth), good)

    def _check_closely(self, line: int, cells: list[str]) -> CheckedRow | None:
        if not any(cells):
            return None
        if len(cells) != self._width:
            cells = self._fit(line, cells)
        self._check_lengths(line, cells)
        url = self._read_url(line, cells[self._url] if self._url < len(cells) else "")
        key = self._read_key(line, cells) if self._key is not None else ""
        filled = self._check_truth(line, cells) if len(cells) == self._width else []
        good = self._log.last_error_line != line
        if good:
            for number in filled:
                self._filled[number] += 1
        return CheckedRow(line, cells, url, key, bool(filled), good)

    def note_unjudged(self) -> None:
        """Tell for which columns not all cells were judged, since that would have taken too long."""
        for index, kind, reader in self._truth:
            if reader.unjudged:
                self._log.warning(
                    None,
                    self._names[index],
                    ProblemCode.NOT_ALL_CHECKED,
                    f"{reader.unjudged:,} cells were not checked to be {NOUNS[kind]}: too many are written unusually.",
                    remedy="Write dates like 2026-05-31, or choose another type for the column.",
                )

    def filled_truth(self) -> Iterator[tuple[str, int]]:
        """How many cells of each ground-truth column are filled, among the good rows."""
        return ((name, filled + self._usual_rows) for name, filled in zip(self._truth_names, self._filled, strict=True))

    def _fit(self, line: int, cells: list[str]) -> list[str]:
        """Cells cut to the table's width where only empty ones are too many; everything else is an error."""
        width = self._width
        if len(cells) > width and not any(cells[width:]):
            return cells[:width]
        many = len(cells) > width
        self._log.error(
            line,
            None,
            ProblemCode.TOO_MANY_FIELDS if many else ProblemCode.TOO_FEW_FIELDS,
            f"The line has {len(cells)} {'field' if len(cells) == 1 else 'fields'}; the header has {width}.",
            " | ".join(cells[: width + 2]),
            "Put cells that contain the delimiter into quotes."
            if many
            else "Add the missing fields, if need be empty.",
        )
        return cells

    def _check_lengths(self, line: int, cells: list[str]) -> None:
        limit = self._limits.cell_characters
        if sum(map(len, cells)) <= limit:
            return
        for index in self._used:
            cell = cells[index] if index < len(cells) else ""
            if len(cell) > limit:
                self._log.error(
                    line,
                    self._names[index],
                    ProblemCode.CELL_TOO_LONG,
                    f"The cell has {len(cell):,} characters; at most {limit:,} are allowed.",
                    cell,
                    "Shorten the cell, or ignore the column if it is not needed.",
                )

    def _read_url(self, line: int, cell: str) -> str:
        address = read_address(cell, self._limits.url_characters)
        if not isinstance(address, BadAddress):
            return address
        missing = not cell.strip()
        self._log.error(
            line,
            self.url_name,
            ProblemCode.MISSING_URL if missing else ProblemCode.INVALID_URL,
            address.reason,
            cell,
            f"Did you mean {address.suggestion}?" if address.suggestion else "Write it like https://example.com/page.",
        )
        return ""

    def _read_key(self, line: int, cells: list[str]) -> str:
        index = self._key or 0
        key = cells[index].strip() if index < len(cells) else ""
        name = self._names[index]
        if not key:
            self._log.error(line, name, ProblemCode.EMPTY_KEY, "The key is missing.", remedy="Give the row a key.")
            return ""
        if len(key) > self._limits.key_characters:
            self._log.error(
                line,
                name,
                ProblemCode.LONG_KEY,
                f"The key has {len(key):,} characters; at most {self._limits.key_characters} are possible.",
                key,
                "Give the row a shorter key, or make the column an input.",
            )
            return ""
        first = self._keys.first_line(line, key)
        if first is not None:
            self._log.error(
                line,
                name,
                ProblemCode.DUPLICATE_KEY,
                f"The same key as in line {first}.",
                key,
                "Give each row its own key, or make the column an input.",
            )
        return key

    def _check_truth(self, line: int, cells: list[str]) -> list[int]:
        """Which of the ground-truth columns have a value; values that can't be read as their type are noted."""
        filled = []
        for number, (index, kind, recognizes) in enumerate(self._truth):
            cell = cells[index]
            if not cell or cell.isspace():
                continue
            filled.append(number)
            if "|" in cell or not recognizes(cell):
                unread = next((value for value in alternatives(cell) if not recognizes(value)), None)
                if unread is not None:
                    self._note_unread(line, index, kind, unread)
        return filled

    def _note_unread(self, line: int, index: int, kind: ColumnType, value: str) -> None:
        self._log.warning(
            line,
            self._names[index],
            ProblemCode.UNREADABLE_TRUTH,
            f"This is not {NOUNS.get(kind, 'a text')}.",
            value,
            "Mend the cell, or choose another type for the column; as it is, no answer can be right.",
        )


def _usual_row(width: int, choices: Sequence[ColumnChoice]) -> re.Pattern[str]:
    """A pattern for joined rows without any problem: a plain URL, a key, and every truth cell there and as usual."""
    anything = f"[^{SEPARATOR}]*+"
    something = rf"(?=[^{SEPARATOR}]*[^{SEPARATOR}\s])[^{SEPARATOR}]++"
    cells = [anything] * width
    for choice in choices:
        if choice.role == ColumnRole.SITE_URL:
            cells[choice.index] = PLAIN_ADDRESS.pattern
        elif choice.role == ColumnRole.KEY:
            cells[choice.index] = something
        elif choice.role == ColumnRole.GROUND_TRUTH:
            usual = USUAL.get(choice.type)
            cells[choice.index] = usual.pattern if usual else something
    return re.compile(SEPARATOR.join(f"(?>{cell})" for cell in cells), re.DOTALL)
