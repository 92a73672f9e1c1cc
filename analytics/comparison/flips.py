"""What differs between two executions, row by row and cell by cell, as a packed table.

A hundred thousand entries take a megabyte, can be filtered at once, and are paged by their place in the table, which
does not change: a keyset without a table of its own in the database.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROW = -1
"""Stands for the column where the row as a whole flipped between pass and fail."""


class Way(IntEnum):
    """Which way something flipped: right and wrong are verdicts; gained and lost rows were answered by only one."""

    RIGHT = 1
    WRONG = 2
    GAINED = 3
    LOST = 4


class Why(IntEnum):
    """Why it flipped. The order is that of precedence, for a row whose cells flipped for several reasons."""

    TRUTH = 1
    OPTIONS = 2
    RETRY = 3
    OUTPUT = 4
    ERROR = 5
    MISSING = 6
    UNFINISHED = 7


ENTRY = np.dtype([("first", "<i4"), ("second", "<i4"), ("column", "<i2"), ("way", "i1"), ("why", "i1")])
"""Positions of the job in both executions (0: there is none), number of the column, a Way and a Why."""

Flips = NDArray[Any]


def packed(flips: Flips) -> bytes:
    """The table as bytes."""
    return zlib.compress(flips.astype(ENTRY).tobytes())


def unpacked(data: bytes | memoryview) -> Flips:
    """The table again."""
    return np.frombuffer(zlib.decompress(bytes(data)), dtype=ENTRY) if data else np.zeros(0, dtype=ENTRY)


@dataclass(frozen=True, slots=True)
class FlipFilter:
    """What is wanted: cells or whole rows (`is_rows`), one column by its number, a way, a reason; None: any.

    Rows that only one execution answered are in no other list than their own: they are no flips of a verdict.
    """

    is_rows: bool = False
    column: int | None = None
    way: Way | None = None
    why: Why | None = None

    def mask(self, flips: Flips) -> NDArray[np.bool_]:
        """Which entries are wanted."""
        if self.way in (Way.GAINED, Way.LOST) or self.why in (Why.ERROR, Why.MISSING, Why.UNFINISHED):
            wanted = flips["way"] >= Way.GAINED
        else:
            wanted = (flips["way"] <= Way.WRONG) & ((flips["column"] == ROW) == self.is_rows)
        if self.column is not None:
            wanted &= flips["column"] == self.column
        if self.way is not None:
            wanted &= flips["way"] == self.way
        if self.why is not None:
            wanted &= flips["why"] == self.why
        return np.asarray(wanted, dtype=np.bool_)

    def count(self, flips: Flips) -> int:
        """How many are wanted."""
        return int(self.mask(flips).sum())


@dataclass(frozen=True, slots=True)
class FlipPage:
    """Some entries, and the place of the last one where there are more behind, of the first where there are before."""

    entries: Flips
    total: int
    number: int
    before: int | None
    after: int | None

    @property
    def last(self) -> int:
        """The number of the last entry, counting from 1 over all."""
        return self.number + len(self.entries) - 1


def flip_page(flips: Flips, wanted: FlipFilter, *, after: int | None, before: int | None, size: int) -> FlipPage:
    """The entries behind the place `after`, or those before the place `before`; the first ones without both."""
    places = np.flatnonzero(wanted.mask(flips))
    if before is not None:
        end = int(np.searchsorted(places, before))
        start = max(0, end - size)
    else:
        start = 0 if after is None else int(np.searchsorted(places, after, side="right"))
        end = start + size
    shown = places[start:end]
    return FlipPage(
        entries=flips[shown],
        total=len(places),
        number=start + 1,
        before=int(shown[0]) if start > 0 and len(shown) else None,
        after=int(shown[-1]) if end < len(places) and len(shown) else None,
    )


def keys_of(flips: Flips) -> NDArray[np.int64]:
    """A number for each entry, rising along the table: rows in the order of the first execution, then those that only
    the second has, each before its cells. Unlike places these stay when the comparison is computed again."""
    alone = flips["first"] == 0
    positions = np.where(alone, flips["second"], flips["first"]).astype(np.int64)
    columns = flips["column"].astype(np.int64) + 1
    keys: NDArray[np.int64] = (alone.astype(np.int64) << 49) | (positions << 17) | columns
    return keys


def flips_behind(
    flips: Flips, mask: NDArray[np.bool_], after: int | None, count: int, *, descending: bool = False
) -> Flips:
    """The first `count` wanted entries behind the one with the key `after`; from the beginning without it."""
    wanted = flips[mask]
    if descending:
        wanted = wanted[::-1]
    if after is not None:
        keys = keys_of(wanted)
        wanted = wanted[keys < after if descending else keys > after]
    return wanted[:count]
