"""Adds one more accepted value to a cell of truth."""

from __future__ import annotations

import uuid

from accounts.permissions import Principal, require
from mino.common.errors import Detail, InvalidInput
from mino.common.values.columns import ColumnRole
from mino.common.values.options import MatchingOptions
from projects.models import Batch, Column, Row
from projects.services.truth import TruthSet, truth_set
from projects.services.truth_cells import CellChange, Seen, checked_value


def alternative_add(
    *,
    batch: Batch,
    row_id: uuid.UUID,
    column: str,
    value: str,
    user: Principal | None,
    reason: str = "",
    seen: str | Seen | None = Seen.ANYTHING,
) -> TruthSet:
    """Let `value`, one value as it was found, be right beside what the cell of truth holds.

    A cell without truth gets the value; one that accepts it already stays as it is. Raises InvalidInput for a column
    whose cells can't hold alternatives, InvalidState where the cell is not as it was `seen`, and what `truth_set`
    raises.
    """
    if user is not None:
        require(user, "projects.change_ground_truth", batch.project)
    found = batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=column).first()
    text = checked_value(column, value)
    if found is None or text is None:
        what = (
            f"The batch has no column of truth called {column:.100}." if found is None else "There is no value to add."
        )
        raise InvalidInput(what, details=[Detail("column" if found is None else "value", what)])
    if seen is Seen.ANYTHING:
        row = Row.objects.filter(batch=batch, pk=row_id).only("truth").first()
        seen = row.truth.get(column) if row else None
    cell = with_alternative(found, checked_value(column, str(seen)) if seen else None, text)
    change = CellChange(row_id, column, cell, seen)
    return truth_set(batch=batch, changes=[change], user=user, reason=reason or "Another accepted value")


def with_alternative(column: Column, cell: str | None, value: str) -> str:
    """The cell with `value` among those that it accepts. Raises InvalidInput where the column has no alternatives."""
    options = column.matching
    separator = options.alternatives
    if not cell:
        return escaped(options, value)
    if not separator or options.multiple == "all":
        why = "wants the whole list" if separator else "has no separator between accepted values"
        message = (
            f"{column.name} {why}, so its truth can't hold alternatives. Change its matching options, or the truth."
        )
        raise InvalidInput(message, details=[Detail("column", message)])
    one = escaped(options, value)
    parts = [part.strip().replace("\0", f"\\{separator}") for part in _split(cell, separator)]
    if one in parts:
        return cell
    # A backslash at the end of a value would make the separator after it a part of the value: such a value goes last.
    together = sorted([*parts, one], key=lambda part: part.endswith("\\"))
    if together[-2].endswith("\\"):
        message = f"Two accepted values of {column.name} end with a backslash, which can't be written in one cell."
        raise InvalidInput(message, details=[Detail("value", message)])
    return separator.join(together)


def escaped(options: MatchingOptions, value: str) -> str:
    """One value as it stands in a cell of truth: with a backslash before each separator in it."""
    separator = options.alternatives
    return value.replace(separator, f"\\{separator}") if separator else value


def _split(cell: str, separator: str) -> list[str]:
    return [part for part in cell.replace(f"\\{separator}", "\0").split(separator) if part.strip()]
