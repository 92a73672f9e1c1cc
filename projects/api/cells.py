"""How a body names cells of truth: a row by its id, its key or its place, and a column."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from rest_framework import serializers

from mino.common.api.fields import Identifier, Integer, Text
from mino.common.api.serializers import Taken
from mino.common.errors import Detail, InvalidInput
from mino.common.values.clean import MAX_CHARACTERS
from projects.models import Batch, Row
from projects.services.truth_cells import MAX_DETAILS, CellChange, TruthOutdated

FIELDS = {"row_id": "pk", "key": "key", "row_position": "position"}
"""The fields of rows by what may name one."""
ROW_NAMES = tuple(FIELDS)


class CellNamed(Taken):
    """A cell of truth, named by exactly one of `row_id`, `key` and `row_position`, and by its column."""

    rules: ClassVar[Any] = {"oneOf": [{"required": [name]} for name in ROW_NAMES]}

    row_id = Identifier(required=False)
    key = Text(required=False, max_length=MAX_CHARACTERS, help_text="Of the row, where the batch has keys.")
    row_position = Integer(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="Place of the row in the batch, from 1; not its place in an execution. It changes when rows before "
        "it are deleted.",
    )
    column = Text(max_length=200, help_text="A column of truth.")


class SeenValue(Text):
    """What a cell of truth held when it was looked at; it need not be given."""

    def __init__(self) -> None:
        told = "The value that you saw before. If the cell holds another one by now, nothing is changed (409)."
        super().__init__(allow_null=True, allow_blank=True, required=False, max_length=MAX_CHARACTERS, help_text=told)


class TruthValue(serializers.CharField):
    """What a cell of truth holds; null where it is not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        """The value; null for an empty one, as which it may be stored."""
        return super().to_representation(value) or None


def rows_named(batch: Batch, cells: Sequence[Mapping[str, Any]], path: str = "") -> list[uuid.UUID]:
    """The ids of the rows that the cells name, in their order.

    `path` is where the list of cells stands in the body; empty where the body itself is the only cell. Raises
    InvalidInput at each cell that names no row of the batch.
    """
    places = [f"{path}.{number}" for number in range(len(cells))] if path else [""]
    named = [_name(place, cell) for place, cell in zip(places, cells, strict=True)]
    rows = {by: _rows(batch, by, {value for name, value in named if name == by}) for by in ROW_NAMES}
    missing = [(place, by) for place, (by, value) in zip(places, named, strict=True) if value not in rows[by]]
    if missing:
        message = "The batch has no such row."
        details = [Detail(f"{place}.{by}".strip("."), message) for place, by in missing[:MAX_DETAILS]]
        more = f" {len(missing):,} of the {path} name none." if path else ""
        raise InvalidInput(message + more, details=details)
    return [rows[by][value] for by, value in named]


def _name(place: str, cell: Mapping[str, Any]) -> tuple[str, Any]:
    given = [name for name in ROW_NAMES if name in cell]
    if len(given) != 1:
        message = "Name the row by exactly one of row_id, key and row_position."
        raise InvalidInput(message, details=[Detail(place or ROW_NAMES[0], message)])
    return given[0], cell[given[0]]


def _rows(batch: Batch, by: str, values: set[Any]) -> Mapping[Any, uuid.UUID]:
    """The ids of rows by what names them."""
    if not values:
        return {}
    field = FIELDS[by]
    found: list[tuple[Any, uuid.UUID]] = list(
        Row.objects.filter(batch=batch, **{f"{field}__in": values}).values_list(field, "pk")
    )
    return dict(found)


def tell_outdated(error: TruthOutdated, changes: Sequence[CellChange]) -> TruthOutdated:
    """The same error, with the place of each cell among the `changes` of a body, and what it holds by now."""
    places = {(one.row_id, one.column): place for place, one in enumerate(changes)}
    error.details = tuple(
        Detail(f"changes.{places[(one.row_id, one.column)]}.seen", _now(row.truth.get(one.column)))
        for one, row in error.outdated[:MAX_DETAILS]
    )
    return error


@contextmanager
def about_cell() -> Iterator[None]:
    """Name the places where an operation takes one cell only, and what it holds by now if that was not `seen`."""
    try:
        yield
    except InvalidInput as refused:
        refused.details = tuple(Detail(one.path.removeprefix("changes.0."), one.message) for one in refused.details)
        raise
    except TruthOutdated as outdated:
        outdated.details = tuple(Detail("seen", _now(row.truth.get(one.column))) for one, row in outdated.outdated)
        raise


def _now(value: str | None) -> str:
    return "The cell is not known by now." if value is None else f"The cell holds “{value:.200}” by now."
