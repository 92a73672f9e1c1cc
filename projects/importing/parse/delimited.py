"""The records of a delimited text file, each with the line it starts in; broken quotes are told, never swallowed."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from .clean import clean_record
from .dialect import Dialect
from .lines import LineFeed
from .problems import ProblemCode, ProblemLog, refused
from .reading import ReadingState

# The limit belongs to the whole process. Cells over the import's own limit are explained by line and column; only
# beyond this many characters a quote counts as never closed.
LONGEST_FIELD = 1_000_000
csv.field_size_limit(LONGEST_FIELD)

MOST_UNCLOSED_QUOTES = 200
LONGEST_LOST = 100_000


class DelimitedRecords:
    """Iterates once over (line, cells) of a text file.

    Reads strictly by RFC 4180. Where a quote is broken inside one line, the line is read leniently with a warning. A
    quote that is not closed is an error of its line, and reading goes on with the next line instead of letting the cell
    grow over all rows up to the next quote. The columns' `names`, once set, serve to recognise that and to tell cells.
    """

    def __init__(self, file: BinaryIO, dialect: Dialect, log: ProblemLog, state: ReadingState) -> None:
        self.names: Sequence[str] = ()
        self.state = state
        self.log = log
        self._dialect = dialect
        self._feed = LineFeed(file, dialect.encoding, state)
        self._source = iter(self._feed)
        self._replayed: deque[str] = deque()
        self._pending: list[str] = []
        self._line = 0
        self._doubtful_until = 0
        self._unclosed = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        self._line = sum(1 for _ in islice(self._source, self._dialect.skipped_lines))
        pending = self._pending
        feed = self._feed
        reader = self._reader()
        while True:
            pending.clear()
            start = self._line + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                recovered = self._recover(start, str(error))
                reader = self._reader()
                if recovered is None:
                    continue
                cells = recovered
            if len(pending) > 1 and (reason := self._overrun(start, len(cells))):
                self._unclose(start, reason)
                reader = self._reader()
                continue
            if not cells:
                self.state.blank_lines += 1
                continue
            if feed.flagged or start <= self._doubtful_until:
                if start <= self._doubtful_until and not self._is_sound(start):
                    continue
                feed.flagged = False
                cells = clean_record(start, cells, self.names, self._dialect.encoding, self.log)
            yield start, cells

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._take(), **self._dialect.reader_options(strict=True))

    def _take(self) -> Iterator[str]:
        """Lines for the parser: first those to be read again, then the file's; `_pending` gets them too."""
        pending, replayed, source = self._pending, self._replayed, self._source
        while True:
            line = replayed.popleft() if replayed else next(source, None)
            if line is None:
                return
            pending.append(line)
            self._line += 1
            yield line

    def _recover(self, start: int, error: str) -> list[str] | None:
        """What to make of a record the strict parser refused: its cells, or None when the line is out."""
        if "field limit" in error and len(self._pending) == 1:
            self.log.error(
                start,
                None,
                ProblemCode.CELL_TOO_LONG,
                f"A cell has more than {LONGEST_FIELD:,} characters.",
                self._pending[0],
                "Shorten the cell.",
            )
            self.state.lost.append((start, self._pending[0][:LONGEST_LOST]))
            return None
        if len(self._pending) > 1 or "unexpected end" in error:
            self._unclose(start, self._reason_of_unclosed(error))
            return None
        return self._read_leniently(start)

    def _reason_of_unclosed(self, error: str) -> str:
        if "unexpected end" in error:
            return "is not closed before the end of the file"
        if "field limit" in error:
            return f"is not closed within {LONGEST_FIELD:,} characters"
        return f"is not closed; it would swallow the text up to line {self._line}"

    def _unclose(self, start: int, reason: str) -> None:
        """Report the line with the open quote, and have the lines it would have swallowed read again."""
        self.log.error(
            start,
            None,
            ProblemCode.UNCLOSED_QUOTE,
            f"A quote opened in line {start} {reason}.",
            self._pending[0].rstrip("\r\n"),
            "Close the quote, or write a quote inside a cell twice.",
        )
        self.state.lost.append((start, self._pending[0]))
        self._unclosed += 1
        if self._unclosed > MOST_UNCLOSED_QUOTES:
            raise refused(
                ProblemCode.UNCLOSED_QUOTE,
                f"More than {MOST_UNCLOSED_QUOTES} quotes are opened and not closed; the last one in line {start}.",
                "Choose another quote character, or none, and look at the preview again.",
                line=start,
            )
        self._doubtful_until = max(self._doubtful_until, self._line)
        self._replayed.extendleft(reversed(self._pending[1:]))
        self._line = start

    def _overrun(self, start: int, width: int) -> str:
        """Why a record of several lines is one whose quote is not closed; empty if it is sound."""
        if self.names and width != len(self.names):
            return f"runs on to line {self._line} and gives {width} fields, not {len(self.names)}"
        if start <= self._doubtful_until and self._has_odd_quotes():
            return f"runs on to line {self._line}, after another one that was not closed"
        return ""

    def _has_odd_quotes(self) -> bool:
        quote = self._dialect.quote or '"'
        return sum(line.count(quote) for line in self._pending) % 2 == 1

    def _is_sound(self, start: int) -> bool:
        """Whether a line after an unclosed quote stands on its own: an odd quote in it ends the broken cell."""
        if not self._has_odd_quotes():
            return True
        self.log.error(
            start,
            None,
            ProblemCode.STRAY_QUOTE,
            "A quote stands in this line that belongs to a cell opened in a line above.",
            self._pending[0].rstrip("\r\n"),
            "Mend the quotes of the lines above and of this one.",
        )
        self.state.lost.append((start, self._pending[0]))
        return False

    def _read_leniently(self, start: int) -> list[str]:
        cells: list[str] = next(csv.reader(self._pending, **self._dialect.reader_options(strict=False)))
        self.log.warning(
            start,
            None,
            ProblemCode.STRAY_QUOTE,
            "A quote inside a quoted cell is not written twice; the cell was read as well as possible.",
            self._pending[0].rstrip("\r\n"),
            "Write a quote inside a quoted cell twice.",
        )
        return cells
