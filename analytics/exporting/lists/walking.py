"""Goes through a list of objects a chunk at a time, however long it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from analytics.exporting.table import Cell, FlatTable
from mino.common.pagination import beyond

CHUNK = 500
NEWEST = ("created_at", "id")
M = TypeVar("M", bound=Model)
Lines = Callable[[Sequence[Any]], Iterable[Sequence[Cell]]]
"""The lines of the file for some objects."""


def list_table(
    name: str,
    headers: Sequence[str],
    found: QuerySet[M],
    lines: Lines,
    *,
    keys: Sequence[str] = NEWEST,
    ascending: bool = False,
) -> FlatTable:
    """The list as a table, in descending order of `keys` unless `ascending`; the last key is unique."""
    return FlatTable(name, f"MINO, {name.lower()}", "", headers, lambda: _chunks(found, keys, lines, ascending))


def one_by_one(cells: Callable[[Any], Sequence[Cell]]) -> Lines:
    """Lines for which nothing has to be read besides."""
    return lambda objects: [cells(one) for one in objects]


def share(value: float | None) -> float | None:
    """A share, 0 to 1, as files hold it."""
    return None if value is None else round(value, 4)


def moment(value: datetime | None) -> str | None:
    """A moment in UTC as files hold it."""
    return value.isoformat(timespec="seconds") if value else None


def _chunks(
    found: QuerySet[M], keys: Sequence[str], lines: Lines, ascending: bool
) -> Iterator[Iterable[Sequence[Cell]]]:
    """All objects, each chunk by a query of its own."""
    ordered = found.order_by(*(key if ascending else f"-{key}" for key in keys))
    chunk = list(ordered[:CHUNK])
    while chunk:
        yield lines(chunk)
        last = [getattr(chunk[-1], key) for key in keys]
        chunk = list(ordered.filter(beyond(keys, last, ascending=ascending))[:CHUNK]) if len(chunk) == CHUNK else []
