"""Changes to single rows of batches."""

from __future__ import annotations

from accounts.permissions import Principal, require
from mino.common.values.columns import ColumnRole
from projects.models import Row
from projects.placeholders import unknown_placeholders
from projects.services.checks import checked_instructions, wrong

FILLED_IN = (ColumnRole.INPUT, ColumnRole.KEY, ColumnRole.SITE_URL)


def row_set_instructions(*, row: Row, user: Principal | None, text: str) -> Row:
    """Give a row instructions of its own, used by later executions instead of the version's; none with no text.

    Raises InvalidInput at `instructions` when they are too short or too long, or name a column that the batch does not
    have, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change", row.batch.project)
    text = checked_instructions(text) if text.strip() else ""
    columns = row.batch.columns.filter(role__in=[role.value for role in FILLED_IN])
    usable = list(columns.order_by("position").values_list("name", flat=True))
    if unknown := unknown_placeholders(text, usable):
        names = ", ".join("{{" + name + "}}" for name in unknown)
        known = ", ".join(usable)
        raise wrong("instructions", f"You use {names}, but the batch has no such input column. It has: {known}.")
    row.instructions = text
    row.save(update_fields=["instructions"])
    return row
