"""Writes rows of a batch as fast as each database can: PostgreSQL by COPY, others by prepared inserts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import ExitStack
from json.encoder import encode_basestring
from typing import Any, Self

import uuid_utils
from django.db import connection, transaction

from mino.common.values.columns import ColumnRole
from projects.importing.parse.choices import ColumnChoice
from projects.importing.parse.rows import CheckedRow
from projects.models import Batch, Row

INSERT_ROWS = 2_000
COPY_ROWS = 20_000
SENT_ROWS = 500
FIELDS = ("id", "batch", "position", "line", "url", "key", "inputs", "truth", "has_truth", "instructions")

# What separates cells and rows in COPY's text format, and the backslash itself.
COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class RowWriter(ABC):
    """Writes rows in chunks, each in a transaction of its own, so that no other writer waits for long.

    A context manager: what is left is written at its end, unless an exception ends it. `positions` and `with_truth`
    count the rows taken so far.
    """

    def __init__(self, batch: Batch, choices: Sequence[ColumnChoice]) -> None:
        self.positions = 0
        self.with_truth = 0
        self._batch_id = batch.pk.hex
        self._inputs = _encoded_names(choices, ColumnRole.INPUT)
        self._truth = _encoded_names(choices, ColumnRole.GROUND_TRUTH)

    def __enter__(self) -> Self:
        return self

    @abstractmethod
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Write what waits, or drop it after an exception."""

    @abstractmethod
    def _add(self, row: CheckedRow, inputs: str, truth: str, has_truth: bool) -> bool:
        """Take a row whose cells are JSON already; answers whether a chunk was finished."""

    def add(self, row: CheckedRow) -> bool:
        """Take a row; answers whether a chunk was finished, and the connection is free for other statements."""
        cells = row.cells
        inputs = ",".join([name + encode_basestring(cells[index]) for index, name in self._inputs])
        truth = ",".join(
            [
                name + encode_basestring(cells[index])
                for index, name in self._truth
                if cells[index] and not cells[index].isspace()
            ]
        )
        self.positions += 1
        self.with_truth += bool(truth)
        return self._add(row, f"{{{inputs}}}", f"{{{truth}}}", bool(truth))


class CopyWriter(RowWriter):
    """PostgreSQL: COPY from text that is made here, which is several times faster than adapting each value.

    While a COPY is open, the server works in parallel on what it has got so far.
    """

    def __init__(self, batch: Batch, choices: Sequence[ColumnChoice]) -> None:
        super().__init__(batch, choices)
        self._lines: list[str] = []
        self._statement = f"COPY {_table()} ({', '.join(_columns())}) FROM STDIN"
        self._open = ExitStack()
        self._copy: Any = None
        self._sent = 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._send()
            self._open.close()
        else:
            self._open.__exit__(type(error), error, error.__traceback__)

    def _add(self, row: CheckedRow, inputs: str, truth: str, has_truth: bool) -> bool:
        url = row.url.translate(COPY_ESCAPES) if "\\" in row.url else row.url
        key = row.key.translate(COPY_ESCAPES) if row.key else ""
        # JSON has escaped tabs and line ends already.
        inputs = inputs.replace("\\", "\\\\") if "\\" in inputs else inputs
        truth = truth.replace("\\", "\\\\") if "\\" in truth else truth
        self._lines.append(
            f"{uuid_utils.uuid7().hex}\t{self._batch_id}\t{self.positions}\t{row.line}\t{url}\t{key}"
            f"\t{inputs}\t{truth}\t{'t' if has_truth else 'f'}\t\n"
        )
        if len(self._lines) >= SENT_ROWS:
            self._send()
        if self._sent < COPY_ROWS:
            return False
        self._open.close()
        self._copy, self._sent = None, 0
        return True

    def _send(self) -> None:
        if self._lines:
            if self._copy is None:
                self._open.enter_context(transaction.atomic())
                cursor = self._open.enter_context(connection.cursor())
                self._copy = self._open.enter_context(cursor.copy(self._statement))
            self._copy.write("".join(self._lines))
            self._sent += len(self._lines)
            self._lines.clear()


class InsertWriter(RowWriter):
    """Any other database: one prepared INSERT for all rows of a chunk."""

    def __init__(self, batch: Batch, choices: Sequence[ColumnChoice]) -> None:
        super().__init__(batch, choices)
        self._rows: list[tuple[Any, ...]] = []
        marks = ", ".join(["%s"] * len(FIELDS))
        self._statement = f"INSERT INTO {_table()} ({', '.join(_columns())}) VALUES ({marks})"  # noqa: S608 - own names

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._write()

    def _add(self, row: CheckedRow, inputs: str, truth: str, has_truth: bool) -> bool:
        identifier = uuid_utils.uuid7().hex
        values = (identifier, self._batch_id, self.positions, row.line, row.url, row.key, inputs, truth, has_truth, "")
        self._rows.append(values)
        if len(self._rows) < INSERT_ROWS:
            return False
        self._write()
        return True

    def _write(self) -> None:
        if self._rows:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(self._statement, self._rows)
            self._rows.clear()


def row_writer(batch: Batch, choices: Sequence[ColumnChoice]) -> RowWriter:
    """The fastest writer for the database in use."""
    writer = CopyWriter if connection.vendor == "postgresql" else InsertWriter
    return writer(batch, choices)


def _encoded_names(choices: Sequence[ColumnChoice], role: ColumnRole) -> list[tuple[int, str]]:
    """The index of each column with the role, and the beginning of its JSON: `"price":`."""
    return [(choice.index, f"{encode_basestring(choice.name)}:") for choice in choices if choice.role == role]


def _table() -> str:
    return connection.ops.quote_name(Row._meta.db_table)


def _columns() -> list[str]:
    return [connection.ops.quote_name(str(getattr(Row._meta.get_field(name), "column", name))) for name in FIELDS]
