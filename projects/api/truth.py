"""Ground truth: set in bulk, and its history."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.fields import Identifier, Integer, Text
from mino.common.api.filters import IdFilter, ListFilter, SearchFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.errors import Detail, InvalidInput
from mino.common.values.clean import MAX_CHARACTERS
from projects.api.finding import find_batch
from projects.api.rows import ROW_ID
from projects.models import Batch, Row, TruthRevision
from projects.services.truth import MAX_REASON, truth_set
from projects.services.truth_cells import MAX_CELLS, CellChange, Seen, TruthOutdated

ROW_NAMES = ("row_id", "key", "position")


class CellTaken(Taken):
    """A cell of truth, named by exactly one of `row_id`, `key` and `position`, and by its column."""

    row_id = Identifier(required=False)
    key = Text(required=False, max_length=MAX_CHARACTERS, help_text="Of the row, where the batch has keys.")
    position = Integer(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="Of the row. It changes when rows before it are deleted.",
    )
    column = Text(max_length=200)
    value = Text(
        allow_null=True, allow_blank=True, max_length=MAX_CHARACTERS, help_text="The truth; null or blank: not known."
    )
    seen = Text(
        allow_null=True,
        allow_blank=True,
        required=False,
        max_length=MAX_CHARACTERS,
        help_text="The value that you saw before. If the cell holds another one by now, nothing is changed (409).",
    )


class TruthTaken(Taken):
    """Cells of truth with their new values: all of them are set, or none."""

    example = {
        "changes": [
            {"row_id": ROW_ID, "column": "price", "value": "24.90"},
            {"row_id": ROW_ID, "column": "title", "value": None},
        ],
        "reason": "Looked up in the shop",
    }

    changes: Any = serializers.ListSerializer(child=CellTaken(), max_length=MAX_CELLS, allow_empty=False)
    reason = Text(max_length=MAX_REASON, allow_blank=True, default="", help_text="Kept with each change.")


class Doubt(serializers.Serializer[Any]):
    """A value that was set, but can't be read as its column's type."""

    row_id = serializers.UUIDField()
    column = serializers.CharField()
    message = serializers.CharField()


class TruthChanged(Given):
    """What was changed."""

    example: ClassVar[Any] = {"affected_cells": 2, "affected_rows": 1, "doubts": []}

    affected_cells = serializers.IntegerField(help_text="Cells that hold another value now.")
    affected_rows = serializers.IntegerField()
    doubts = Doubt(many=True, help_text="Values with which only the very same text will be right.")


class RevisionGiven(Given):
    """One change of one cell of truth. Null before or after: not known."""

    example = {
        "id": "019c1a67-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "row_id": ROW_ID,
        "column": "price",
        "before": "24.50",
        "after": "24.90",
        "reason": "Looked up in the shop",
        "created_at": "2026-01-09T14:30:00Z",
        "user": AUTHOR,
    }

    id = serializers.UUIDField()
    row_id = serializers.UUIDField(required=False)
    column = serializers.CharField(required=False)
    before = serializers.CharField(allow_null=True, required=False)
    after = serializers.CharField(allow_null=True, required=False)
    reason = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)
    user = Author(person="user", help_text="Who made it.")

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With who made it."""
        return with_author(queryset, fields, "user")


class RevisionFilter(ListFilter):
    """What the history can be narrowed to."""

    row_id = IdFilter(field_name="row")
    column = SearchFilter(field_name="column", help_text="The whole name.")


REVISIONS = Listing(RevisionGiven, filters=RevisionFilter)


class GroundTruth(ApiView):
    """The truth of a batch."""

    heading = "Ground truth"

    @operation(
        "truth_set",
        "Set ground truth",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=TruthTaken,
        answers=TruthChanged,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Set up to 5,000 cells of truth, all or none. Stored results are scored anew at once.

        Cells that hold their value already are left alone, so the same request again changes nothing.
        """
        batch = find_batch(request, batch_id)
        require(request.user, "projects.change_ground_truth", batch.project)
        changes = _changes(batch, values["changes"])
        try:
            done = truth_set(batch=batch, changes=changes, user=request.user, reason=values["reason"])
        except TruthOutdated as outdated:
            raise _told(outdated, changes) from None
        return Response(
            {
                "affected_cells": done.cells,
                "affected_rows": len({one.row_id for one in done.revisions}),
                "doubts": [
                    {"row_id": str(one.row_id), "column": one.column, "message": one.message}
                    for one in done.cell_doubts
                ],
            }
        )


class RevisionList(ApiView):
    """The history of the truth of a batch."""

    heading = "Ground truth"

    @operation("truth_revision_list", "List changes of the truth", scope=Scope.READ_BATCHES, listing=REVISIONS)
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """Every change of every cell, the newest first."""
        return self.page(TruthRevision.objects.filter(batch=find_batch(request, batch_id)))


def _changes(batch: Batch, cells: Sequence[Mapping[str, Any]]) -> list[CellChange]:
    """The changes as the service takes them. Raises InvalidInput at each cell that names no row of the batch."""
    named = [_name(place, cell) for place, cell in enumerate(cells)]
    rows = {by: _rows(batch, by, {value for name, value in named if name == by}) for by in ROW_NAMES}
    missing = [place for place, (by, value) in enumerate(named) if value not in rows[by]]
    if missing:
        message = "The batch has no such row."
        details = [Detail(f"changes.{place}.{named[place][0]}", message) for place in missing[:100]]
        raise InvalidInput(f"{message} {len(missing):,} of the changes name none.", details=details)
    return [
        CellChange(rows[by][value], cell["column"], cell["value"], cell.get("seen", Seen.ANYTHING))
        for (by, value), cell in zip(named, cells, strict=True)
    ]


def _name(place: int, cell: Mapping[str, Any]) -> tuple[str, Any]:
    given = [name for name in ROW_NAMES if name in cell]
    if len(given) != 1:
        message = "Name the row by exactly one of row_id, key and position."
        raise InvalidInput(message, details=[Detail(f"changes.{place}", message)])
    return given[0], cell[given[0]]


def _rows(batch: Batch, by: str, values: set[Any]) -> Mapping[Any, uuid.UUID]:
    """The ids of rows by what names them. Raises InvalidInput for a key that several rows have."""
    if not values:
        return {}
    field = "pk" if by == "row_id" else by
    found: list[tuple[Any, uuid.UUID]] = list(
        Row.objects.filter(batch=batch, **{f"{field}__in": values}).values_list(field, "pk")
    )
    return dict(found)


def _told(error: TruthOutdated, changes: Sequence[CellChange]) -> TruthOutdated:
    """The same error, with the place of each cell and what it holds by now."""
    places = {(one.row_id, one.column): place for place, one in enumerate(changes)}
    error.details = tuple(
        Detail(f"changes.{places[(one.row_id, one.column)]}.seen", _now(row.truth.get(one.column)))
        for one, row in error.outdated[:100]
    )
    return error


def _now(value: str | None) -> str:
    return "The cell is not known by now." if value is None else f"The cell holds “{value:.200}” by now."
