"""What CSV and XLSX are written from: headers, and rows that come in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from analytics.exporting.formats import ExportFormat

Cell = str | float | int | Decimal | None
Progress = Callable[[int], None]
"""Called after each chunk with the number of rows that are done."""


def unwatched(rows: int) -> None:
    """The progress of an export that nobody watches."""


@dataclass(frozen=True, slots=True)
class FlatTable:
    """A table: `rows` reads it from its beginning, in chunks. `name` is that of the sheet, `title` that of the file.

    `quotes_again` puts a quote before texts of a workbook that begin with one, for tables that are imported again.
    """

    name: str
    title: str
    about: str
    headers: Sequence[str]
    rows: Callable[[], Iterator[Iterable[Sequence[Cell]]]]
    quotes_again: bool = False


class ExportSource(Protocol):
    """Something that can be exported in some of the formats."""

    @property
    def formats(self) -> Sequence[ExportFormat]:
        """The formats that it knows."""

    def table(self) -> FlatTable:
        """What CSV and XLSX hold."""

    def json(self) -> Iterator[bytes]:
        """The one object of JSON, piece by piece."""

    def lines(self) -> Iterator[bytes]:
        """JSON Lines, piece by piece."""
