"""Changes to rows of batches."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction

from accounts.audit import record
from accounts.permissions import Principal, require
from mino.common.values.columns import ColumnRole
from projects.models import Batch, Row
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
    before, organization = row.instructions, row.batch.organization_id
    row.instructions = _checked(row.batch, text)
    with transaction.atomic():
        row.save(update_fields=["instructions"])
        record(
            "row.instructions_set",
            row.batch,
            organization=organization,
            before={f"row {row.position}": before},
            after={f"row {row.position}": row.instructions},
            by=user,
        )
    return row


def rows_set_instructions(*, batch: Batch, user: Principal | None, rows: Collection[uuid.UUID], text: str) -> int:
    """Do the same for some hundred rows of a batch, and answer how many these are. Raises the same."""
    if user is not None:
        require(user, "projects.change", batch.project)
    text = _checked(batch, text)
    with transaction.atomic():
        count = int(Row.objects.filter(batch=batch, pk__in=rows).update(instructions=text))
        after = {"instructions": text}
        record("row.instructions_set", batch, organization=batch.organization_id, after=after, by=user, count=count)
    return count


def _checked(batch: Batch, text: str) -> str:
    text = checked_instructions(text) if text.strip() else ""
    columns = batch.columns.filter(role__in=[role.value for role in FILLED_IN])
    usable = list(columns.order_by("position").values_list("name", flat=True))
    if unknown := unknown_placeholders(text, usable):
        names = ", ".join("{{" + name + "}}" for name in unknown)
        known = ", ".join(usable)
        raise wrong("instructions", f"You use {names}, but the batch has no such input column. It has: {known}.")
    return text
