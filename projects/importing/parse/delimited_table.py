"""A delimited text file as a table."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from .delimited import DelimitedRecords
from .dialect import Dialect
from .encoding import detect_encoding
from .headers import SourceColumn, looks_like_data, name_columns, numbered_columns
from .limits import Limits
from .problems import ProblemCode, ProblemLog, refused
from .reading import ReadingState
from .sniff import sniff
from .table import Table

SAMPLE_BYTES = 128 * 1024


def detect_dialect(file: BinaryIO, encoding: str | None = None) -> Dialect:
    """How a seekable text file is written; whether line 1 is a header is decided when the table is opened."""
    encoding = encoding or detect_encoding(file)
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    sample = decoder.decode(file.read(SAMPLE_BYTES))
    file.seek(0)
    return sniff(sample, encoding)


class DelimitedTable(Table):
    """CSV, TSV and their relatives. Raises ImportRefused when there is not even one record."""

    def __init__(self, file: BinaryIO, dialect: Dialect, limits: Limits, *, header: bool | None = None) -> None:
        self._file = file
        self._size = max(1, file.seek(0, io.SEEK_END))
        log = ProblemLog()
        line, first = self._first_record(dialect, log)
        has_header = header if header is not None else not looks_like_data(first)
        self.dialect = replace(dialect, header=has_header)
        self.header_line = line if has_header else 0
        self.columns = self._named(first, line, limits, log)
        self.description = f"{dialect.description()}, {f'header in line {line}' if has_header else 'no header'}"
        self.problems = log.kept()

    def raw_records(self, log: ProblemLog, state: ReadingState) -> Iterator[tuple[int, list[str]]]:
        """See Table."""
        self._file.seek(0)
        state.size = self._size
        records = DelimitedRecords(self._file, self.dialect, log, state)
        iterator = iter(records)
        if self.header_line:
            # Problems up to the header were told when the table was opened.
            records.log, records.state = ProblemLog(), ReadingState()
            for line, _ in iterator:
                if line >= self.header_line:
                    break
            records.log, records.state = log, state
        records.names = self.names
        yield from iterator

    def _first_record(self, dialect: Dialect, log: ProblemLog) -> tuple[int, list[str]]:
        self._file.seek(0)
        for line, cells in DelimitedRecords(self._file, dialect, log, ReadingState()):
            if any(cell.strip() for cell in cells):
                return line, cells
        raise refused(
            ProblemCode.BATCH_EMPTY,
            "The file has no rows.",
            "Give it a header line and at least one row with a site's address.",
        )

    def _named(self, first: list[str], line: int, limits: Limits, log: ProblemLog) -> tuple[SourceColumn, ...]:
        if self.header_line:
            return name_columns(first, line, limits, log)
        log.warning(
            line,
            None,
            ProblemCode.NO_HEADER,
            "The first line looks like data, not like names of columns; it is imported as a row.",
            ", ".join(first),
            "Name the columns below, or say that the first line is the header.",
        )
        return numbered_columns(len(first), limits)
