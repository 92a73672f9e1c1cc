"""Finds the rows that lines of a file are about, a piece of the file at a time."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from projects.importing.parse.addresses import read_address
from projects.models import Batch, Row
from projects.truth_files.heads import Heads

CHUNK = 5_000
FIELDS = ("position", "url", "key", "truth")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file with its cells."""

    number: int
    cells: Sequence[str]

    def cell(self, place: int | None) -> str:
        """The cell at a place, empty without one."""
        return self.cells[place].strip() if place is not None else ""


class RowFinder:
    """Finds rows by key, position or URL, whichever the file has, in this order.

    URLs have no index: a hash and a position of each row are kept, 12 bytes together.
    """

    def __init__(self, batch: Batch, heads: Heads) -> None:
        self._batch = batch
        self._heads = heads
        self._hashes: np.ndarray[tuple[int], np.dtype[np.int64]] | None = None
        self._positions: np.ndarray[tuple[int], np.dtype[np.uint32]] | None = None

    def find(self, lines: Sequence[Line]) -> list[Row | str]:
        """For each line its row, or a sentence that says why there is none."""
        if self._heads.key is not None:
            return self._by_key(lines)
        return self._by_position(lines) if self._heads.position is not None else self._by_url(lines)

    def _by_key(self, lines: Sequence[Line]) -> list[Row | str]:
        keys = [line.cell(self._heads.key) for line in lines]
        rows = self._rows().filter(key__in={key for key in keys if key})
        found = {row.key: row for row in rows}
        return [found.get(key) or (f"No row has the key {key:.100}." if key else "The key is missing.") for key in keys]

    def _by_position(self, lines: Sequence[Line]) -> list[Row | str]:
        numbers = [_number(line.cell(self._heads.position)) for line in lines]
        found = self._at({number for number in numbers if number})
        return [self._checked(line, found.get(number or 0)) for line, number in zip(lines, numbers, strict=True)]

    def _checked(self, line: Line, row: Row | None) -> Row | str:
        """The row at a position, unless the line names another site."""
        if row is None:
            return f"No row has the position {line.cell(self._heads.position):.20}."
        url = line.cell(self._heads.url)
        if url and row.url not in (url, read_address(url)):
            return f"Row {row.position} is another site: {row.url:.200}."
        return row

    def _by_url(self, lines: Sequence[Line]) -> list[Row | str]:
        urls = [line.cell(self._heads.url) for line in lines]
        addresses = [address if isinstance(address := read_address(url), str) else url for url in urls]
        places = [self._places(address) for address in addresses]
        found = self._at({one for candidates in places for one in candidates[:2]})
        return [
            self._only(address, [found[one] for one in candidates if one in found], len(candidates))
            for address, candidates in zip(addresses, places, strict=True)
        ]

    def _only(self, address: str, rows: Sequence[Row], count: int) -> Row | str:
        same = [row for row in rows if row.url == address]
        if not same:
            return f"No row has the address {address:.200}." if address else "The address is missing."
        if len(same) > 1:
            return f"{count} rows have the address {address:.200}. Add a column called position that says which one."
        return same[0]

    def _places(self, address: str) -> list[int]:
        if self._hashes is None or self._positions is None:
            self._hashes, self._positions = self._index()
        wanted = np.int64(hash(address))
        start, end = (int(np.searchsorted(self._hashes, wanted, side=side)) for side in ("left", "right"))
        return [int(one) for one in self._positions[start:end]]

    def _index(self) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.uint32]]]:
        hashes, positions = array("q"), array("I")
        rows = Row.objects.filter(batch=self._batch).order_by("position").values_list("position", "url")
        for position, url in rows.iterator(chunk_size=CHUNK):
            hashes.append(hash(url))
            positions.append(position)
        ordered = np.argsort(np.array(hashes, dtype=np.int64), kind="stable")
        return np.array(hashes, dtype=np.int64)[ordered], np.array(positions, dtype=np.uint32)[ordered]

    def _at(self, positions: set[int]) -> Mapping[int, Row]:
        return {row.position: row for row in self._rows().filter(position__in=positions)}

    def _rows(self) -> QuerySet[Row]:
        return Row.objects.filter(batch=self._batch).only(*FIELDS)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number else None
