"""Notes on cells of truth."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.errors import about
from mino.common.api.fields import Text
from mino.common.api.filters import CreatedFilter, IdFilter, NameFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given
from projects.api.cells import CellNamed, rows_named
from projects.api.finding import find_batch, refuse_unknown_column, truth_columns_of
from projects.api.rows import ROW_ID
from projects.models import Row, TruthNote
from projects.models.truth_note import MAX_NOTE
from projects.services.notes import note_add, note_delete


class NoteGiven(Given):
    """What somebody noted beside a cell of truth."""

    on_request = ("row_position", "url")
    example: ClassVar[Any] = {
        "id": "019c1a68-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "batch_id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "row_id": ROW_ID,
        "column": "price",
        "text": "Called the shop: 24.90 with VAT",
        "created_at": "2026-01-09T14:30:00Z",
        "created_by": AUTHOR,
    }

    id = serializers.UUIDField()
    batch_id = serializers.UUIDField(required=False)
    row_id = serializers.UUIDField(required=False)
    row_position = serializers.IntegerField(source="row.position", required=False, help_text="Place of the row.")
    url = serializers.CharField(source="row.url", required=False, help_text="Address of the row.")
    column = serializers.CharField(required=False)
    text = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)
    created_by = Author(person="user")

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With who wrote it, and the row's place."""
        queryset = with_author(queryset, fields, person="user")
        of_row = {"row_position", "url"} & set(fields)
        return queryset.prefetch_related(Prefetch("row", Row.objects.only("position", "url"))) if of_row else queryset


class NoteNew(CellNamed):
    """A new note. Its cell is named by exactly one of `row_id`, `key` and `row_position`, and by its column."""

    example: ClassVar[Any] = {"row_position": 1, "column": "price", "text": "Called the shop: 24.90 with VAT"}

    text = Text(max_length=MAX_NOTE)


class NoteFilter(CreatedFilter):
    """What the notes can be narrowed to."""

    row_id = IdFilter(field_name="row")
    column = NameFilter(field_name="column", help_text="The whole name.")


NOTES = Listing(NoteGiven, {"created_at": Key("created_at")}, default="-created_at", filters=NoteFilter)


class NoteList(ApiView):
    """The notes on the truth of a batch."""

    heading = "Ground truth"

    @operation("note_list", "List notes on the truth", scope=Scope.READ_BATCHES, listing=NOTES)
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """What people and programs noted beside cells of truth, the newest first."""
        batch = find_batch(request, batch_id)
        refuse_unknown_column(request.query, truth_columns_of(batch))
        return self.page(TruthNote.objects.filter(batch=batch))

    @operation(
        "note_add",
        "Write a note on a cell of truth",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=NoteNew,
        answers=NoteGiven,
        status=201,
        idempotent=True,
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Write a note beside a cell: where its value was found, why it is doubtful. It changes no figure.

        A row takes at most 100 notes.
        """
        batch = find_batch(request, batch_id)
        require(request.user, "projects.change_ground_truth", batch.project)
        row = self.find(Row.objects.filter(batch=batch), pk=rows_named(batch, [values])[0])
        row.batch = batch
        with about("row_id"):
            note = note_add(row=row, column=values["column"], text=values["text"], user=request.user)
        return self.answer(note, NoteGiven, created_at=reverse("api_note", args=[note.pk]))


class NoteDetail(ApiView):
    """One note."""

    heading = "Ground truth"

    @operation("note_read", "Read a note on the truth", scope=Scope.READ_BATCHES, answers=NoteGiven)
    def get(self, request: ApiRequest, note_id: uuid.UUID) -> Response:
        """What somebody noted beside a cell of truth, and who."""
        return self.answer(self._note(request, note_id), NoteGiven)

    @operation("note_delete", "Delete a note on the truth", scope=Scope.WRITE_GROUND_TRUTH, status=204)
    def delete(self, request: ApiRequest, note_id: uuid.UUID) -> Response:
        """Delete a note. Who wrote it does, an admin or an owner; a key the notes that were written with it."""
        note_delete(note=self._note(request, note_id), user=request.user)
        return self.nothing()

    def _note(self, request: ApiRequest, note_id: uuid.UUID) -> TruthNote:
        seen = TruthNote.objects.visible_to(request.user).filter(batch__organization=request.organization)
        note: TruthNote = self.find(seen.select_related("batch__project", "row"), pk=note_id)
        return note
