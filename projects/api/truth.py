"""Ground truth: set in bulk, and its history."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.errors import about
from mino.common.api.fields import Text
from mino.common.api.filters import CreatedFilter, IdFilter, NameFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, SeveralTaken, Taken
from mino.common.values.clean import MAX_CHARACTERS
from projects.api.cells import CellNamed, SeenValue, TruthValue, about_cell, rows_named, tell_outdated
from projects.api.finding import find_batch, refuse_unknown_column, truth_columns_of
from projects.api.rows import ROW_ID
from projects.models import Batch, Row, TruthRevision
from projects.services.truth import MAX_REASON, TruthSet, truth_restore, truth_restore_change, truth_set
from projects.services.truth_cells import MAX_CELLS, CellChange, Seen, TruthOutdated

CHANGE_ID = "019c1a67-0a1b-7c2d-8e3f-4a5b6c7d8e9f"


class CellTaken(CellNamed):
    """The new value of a cell of truth, named by its column and exactly one of `row_id`, `key` and `row_position`."""

    value = Text(
        allow_null=True, allow_blank=True, max_length=MAX_CHARACTERS, help_text="The truth; null or blank: not known."
    )
    seen = SeenValue()


class TruthTaken(Taken):
    """Cells of truth with their new values: all of them are set, or none."""

    example = {
        "changes": [
            {"row_id": ROW_ID, "column": "price", "value": "24.90"},
            {"row_id": ROW_ID, "column": "title", "value": None},
        ],
        "reason": "Looked up in the shop",
    }

    changes: Any = SeveralTaken(child=CellTaken(), max_length=MAX_CELLS, allow_empty=False)
    reason = Text(max_length=MAX_REASON, allow_blank=True, default="", help_text="Kept with each change.")


class Doubt(serializers.Serializer[Any]):
    """A value that was set, but can't be read as its column's type."""

    row_id = serializers.UUIDField()
    column = serializers.CharField()
    message = serializers.CharField()


class ChangeMade(serializers.UUIDField):
    """The change that a request made."""

    def __init__(self, **options: Any) -> None:
        told = "The change that this was: it can be read and taken back as a whole. Null: nothing changed."
        super().__init__(allow_null=True, help_text=told, **options)


class TruthChanged(Given):
    """What was changed."""

    example: ClassVar[Any] = {"affected_cells": 2, "affected_rows": 1, "change_id": CHANGE_ID, "doubts": []}

    affected_cells = serializers.IntegerField(required=False, help_text="Cells that hold another value now.")
    affected_rows = serializers.IntegerField(required=False)
    change_id = ChangeMade(required=False)
    doubts = Doubt(many=True, required=False, help_text="Values with which only the very same text will be right.")


class RevisionGiven(Given):
    """One change of one cell of truth. Null before or after: not known."""

    on_request = ("row_position", "url")
    example = {
        "id": "019c1a67-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "row_id": ROW_ID,
        "column": "price",
        "before": "24.50",
        "after": "24.90",
        "reason": "Looked up in the shop",
        "change_id": CHANGE_ID,
        "created_at": "2026-01-09T14:30:00Z",
        "changed_by": AUTHOR,
    }

    id = serializers.UUIDField()
    row_id = serializers.UUIDField(required=False)
    row_position = serializers.IntegerField(source="row.position", required=False, help_text="Place of the row.")
    url = serializers.CharField(source="row.url", required=False, help_text="Address of the row.")
    column = serializers.CharField(required=False)
    before = TruthValue(required=False)
    after = TruthValue(required=False)
    reason = serializers.CharField(required=False)
    change_id = serializers.UUIDField(
        source="change", allow_null=True, required=False, help_text="The same for all cells that were changed together."
    )
    created_at = serializers.DateTimeField(required=False)
    changed_by = Author(person="user", help_text="Who made it.")

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With who made it, and the row's place."""
        queryset = with_author(queryset, fields, "changed_by", person="user")
        of_row = {"row_position", "url"} & set(fields)
        return queryset.prefetch_related(Prefetch("row", Row.objects.only("position", "url"))) if of_row else queryset


class CellTakenBack(Taken):
    """Why a change is taken back, and what was seen."""

    example: ClassVar[Any] = {"reason": "The shop was right"}

    reason = Text(
        max_length=MAX_REASON, allow_blank=True, default="", help_text="Left out: that it takes back a change."
    )
    seen = Text(
        allow_null=True,
        allow_blank=True,
        required=False,
        max_length=MAX_CHARACTERS,
        help_text="The value that the cell holds by what you saw. If it is another one, nothing is changed (409).",
    )


class ChangeTakenBack(Taken):
    """Why a bulk change is taken back."""

    example: ClassVar[Any] = {"reason": "The list was of last year"}

    reason = Text(
        max_length=MAX_REASON, allow_blank=True, default="", help_text="Left out: that it takes back a change."
    )


class TruthRestored(Given):
    """What was taken back."""

    example: ClassVar[Any] = {"affected_cells": 118, "left_cells": 2, "change_id": CHANGE_ID}

    affected_cells = serializers.IntegerField(required=False, help_text="Cells that hold again what they held before.")
    left_cells = serializers.IntegerField(
        required=False, help_text="Cells that were changed again since, and stay as they are."
    )
    change_id = serializers.UUIDField(
        required=False, help_text="The change that took it back; it can be taken back as well."
    )


class TruthChangeGiven(Given):
    """Cells of truth that were changed together."""

    example: ClassVar[Any] = {
        "id": CHANGE_ID,
        "batch_id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "cells": 120,
        "reason": "Looked up in the shop",
        "created_at": "2026-01-09T14:30:00Z",
        "changed_by": AUTHOR,
    }

    id = serializers.UUIDField(source="change")
    batch_id = serializers.UUIDField(required=False)
    cells = serializers.SerializerMethodField(required=False)
    reason = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)
    changed_by = Author(person="user", help_text="Who made it.")

    def get_cells(self, revision: Any) -> int:
        """How many cells it changed."""
        return int(self.context["cells"])

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With who made it."""
        return with_author(queryset, fields, "changed_by", person="user")


class RevisionFilter(CreatedFilter):
    """What the history can be narrowed to."""

    row_id = IdFilter(field_name="row")
    column = NameFilter(field_name="column", help_text="The whole name. With `row_id`: the history of a cell.")
    change_id = IdFilter(field_name="change", help_text="Those that were changed together.")


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
        """Set up to 5,000 cells of truth, all or none. Stored results are scored anew at once; more than 2,000 of them
        by a worker, and `/batches/{id}/scoring` says how far it is.

        Cells that hold their value already are left alone, so the same request again changes nothing.
        """
        batch = find_batch(request, batch_id)
        require(request.user, "projects.change_ground_truth", batch.project)
        changes = _changes(batch, values["changes"])
        try:
            with about("changes"):
                done = truth_set(batch=batch, changes=changes, user=request.user, reason=values["reason"])
        except TruthOutdated as outdated:
            raise tell_outdated(outdated, changes) from None
        return self.answer(changed(done), TruthChanged)


class RevisionList(ApiView):
    """The history of the truth of a batch."""

    heading = "Ground truth"

    @operation("truth_revision_list", "List changes of the truth", scope=Scope.READ_BATCHES, listing=REVISIONS)
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """Every change of every cell, the newest first."""
        batch = find_batch(request, batch_id)
        refuse_unknown_column(request.query, truth_columns_of(batch))
        return self.page(TruthRevision.objects.filter(batch=batch))


class RevisionTakingBack(ApiView):
    """Taking a change of a cell back."""

    heading = "Ground truth"

    @operation(
        "truth_revision_take_back",
        "Take back a change of the truth",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=CellTakenBack,
        answers=TruthChanged,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, revision_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give the cell of a revision the value again that it had before, whatever it holds by now, unless you say what
        you `seen`. That is a change like any other: it has a revision of its own, and stored results are scored anew
        as when truth is set.
        """
        seen = TruthRevision.objects.visible_to(request.user).filter(batch__organization=request.organization)
        revision = self.find(seen.select_related("batch__project", "row"), pk=revision_id)
        require(request.user, "projects.change_ground_truth", revision.batch.project)
        with about_cell():
            done = truth_restore(
                revision=revision,
                user=request.user,
                reason=values["reason"],
                seen=values.get("seen", Seen.ANYTHING),
            )
        return self.answer(changed(done), TruthChanged)


class TruthChange(ApiView):
    """Cells that were changed together."""

    heading = "Ground truth"

    @operation("truth_change_read", "Read a bulk change", scope=Scope.READ_BATCHES, answers=TruthChangeGiven)
    def get(self, request: ApiRequest, change_id: uuid.UUID) -> Response:
        """Who changed cells together, when, why, and how many of them. The revisions of the batch can be narrowed to
        them by `change_id`."""
        first, cells = _change_of(request, change_id)
        return self.answer(first, TruthChangeGiven, cells=cells)


class TruthChangeTakingBack(ApiView):
    """Taking a bulk change back."""

    heading = "Ground truth"

    @operation(
        "truth_change_take_back",
        "Take back a bulk change",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=ChangeTakenBack,
        answers=TruthRestored,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, change_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give all cells of a change the values again that they had before, together.

        Cells that were changed again since stay as they are. Where none holds any more what the change wrote, it is
        refused. Stored results are scored anew as when truth is set.
        """
        first, cells = _change_of(request, change_id)
        require(request.user, "projects.change_ground_truth", first.batch.project)
        done = truth_restore_change(batch=first.batch, change=change_id, user=request.user, reason=values["reason"])
        restored = {"affected_cells": done.cells, "left_cells": cells - done.cells, "change_id": done.change_id}
        return self.answer(restored, TruthRestored)


def _change_of(request: ApiRequest, change_id: uuid.UUID) -> tuple[TruthRevision, int]:
    """One of the revisions of a change, and how many there are. Raises Http404."""
    seen = TruthRevision.objects.visible_to(request.user).filter(
        batch__organization=request.organization, change=change_id
    )
    first: TruthRevision | None = seen.select_related("batch__project").order_by("id").first()
    if first is None:
        raise Http404("There is no such change of the truth, or you can't see it.")
    return first, seen.count()


def _changes(batch: Batch, cells: Sequence[Mapping[str, Any]]) -> list[CellChange]:
    """The changes as the service takes them. Raises InvalidInput at each cell that names no row of the batch."""
    rows = rows_named(batch, cells, "changes")
    return [
        CellChange(row_id, cell["column"], cell["value"], cell.get("seen", Seen.ANYTHING))
        for row_id, cell in zip(rows, cells, strict=True)
    ]


def changed(done: TruthSet) -> dict[str, Any]:
    """What was changed, as it is answered."""
    doubts = done.cell_doubts
    return {
        "affected_cells": done.cells,
        "affected_rows": len({one.row_id for one in done.revisions}),
        "change_id": done.change_id,
        "doubts": [{"row_id": str(one.row_id), "column": one.column, "message": one.message} for one in doubts],
    }
