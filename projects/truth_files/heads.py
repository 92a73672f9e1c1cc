"""Which columns of a file name a row, and which hold the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mino.common.errors import Detail, InvalidInput
from mino.common.values.columns import ColumnRole
from projects.importing.parse.exported import MINO_ROW_KEY, key_of
from projects.importing.parse.table import Table
from projects.models import Column

POSITION = "position"
EXPECTED = "expected_"
URL_NAMES = ("url", "site_url", "site", "website", "address", "link")


@dataclass(frozen=True, slots=True)
class Heads:
    """The places of columns in a file; `truth` are those that hold the truth of a column."""

    key: int | None
    position: int | None
    url: int | None
    truth: Sequence[tuple[int, Column]]

    @property
    def way(self) -> str:
        """How lines find their rows, in words."""
        if self.key is not None:
            return "by key"
        return "by position" if self.position is not None else "by URL"


def heads_of(table: Table, columns: Sequence[Column]) -> Heads:
    """What the columns of a file are, by their headers. Raises InvalidInput where rows or truth can't be found."""
    places = {key_of(column.header).casefold(): column.index for column in reversed(table.columns) if column.header}
    roles = {role: [one for one in columns if one.role == role] for role in ColumnRole}
    truth = [(place, one) for one in roles[ColumnRole.GROUND_TRUTH] if (place := _truth_place(places, one)) is not None]
    taken = {place for place, _ in truth}
    names = [name for one in roles[ColumnRole.KEY] for name in (one.header, one.name, MINO_ROW_KEY)]
    key = _place(places, names, taken)
    position = _place(places, [POSITION], taken)
    url_names = [name for one in roles[ColumnRole.SITE_URL] for name in (one.header, one.name)]
    url = _place(places, [*url_names, *URL_NAMES], taken)
    if not truth:
        wanted = ", ".join(one.header or one.name for one in roles[ColumnRole.GROUND_TRUTH]) or "none"
        raise _wrong(f"No column of the file holds truth of this batch, whose columns of truth are: {wanted}.")
    if key is None and position is None and url is None:
        by = "its key, its address" if roles[ColumnRole.KEY] else "its address"
        raise _wrong(f"No column of the file says which row a line is about: {by} or its position.")
    _refuse_twice(table, {key, position, url, *taken})
    return Heads(key, position, url, truth)


def _refuse_twice(table: Table, used: set[int | None]) -> None:
    """Which of two columns with the same name is meant can't be known."""
    keys = [key_of(column.header).casefold() for column in table.columns]
    twice = next((one for one in table.columns if one.index in used and keys.count(keys[one.index]) > 1), None)
    if twice is not None:
        message = f"Two columns of the file are called “{twice.header:.100}”. Leave one of them out."
        raise InvalidInput(message, details=[Detail("file", message)])


def _truth_place(places: dict[str, int], column: Column) -> int | None:
    return _place(places, [column.header, f"{EXPECTED}{column.name}", column.name], set())


def _place(places: dict[str, int], names: Sequence[str], taken: set[int]) -> int | None:
    found = (places.get(key_of(name).casefold()) for name in names if name)
    return next((place for place in found if place is not None and place not in taken), None)


def _wrong(message: str) -> InvalidInput:
    return InvalidInput(
        f"{message} Name the columns in the first line as the batch does.", details=[Detail("file", message)]
    )
