"""Rows of a batch."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.fields import Boolean, Identifier, Several, Text
from mino.common.api.filters import HostFilter, IdFilter, ListFilter, NameFilter, SearchFilter, YesNoFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from projects.api.batches import BATCH_ID, BatchTag
from projects.api.finding import find_batch, find_named, refuse_unnamed
from projects.models import Batch, Row, Tag, TaggedRow
from projects.models.instruction_version import MAX_INSTRUCTIONS
from projects.row_text import on_site, row_tagged, row_text
from projects.services.rows import row_set_instructions
from projects.services.rows_deletion import rows_delete
from projects.services.tags import rows_tag
from projects.site_form import SiteForm

MOST_DELETED = 1_000
MOST_TAGGED = 500
ROW_ID = "019c1a66-1a2b-7c3d-8e4f-5a6b7c8d9e0f"


class RowGiven(Given):
    """One site of a batch."""

    on_request: ClassVar[Collection[str]] = ("tags",)
    edited = ("instructions",)
    example = {
        "id": ROW_ID,
        "batch_id": BATCH_ID,
        "position": 3,
        "line": 4,
        "url": "https://shop.example/kettle",
        "key": "",
        "inputs": {"shop": "Northlight"},
        "truth": {"title": "Kettle", "price": "24.50"},
        "has_ground_truth": True,
        "instructions": "",
    }

    id = serializers.UUIDField()
    batch_id = serializers.UUIDField(required=False)
    position = serializers.IntegerField(required=False, help_text="Dense, from 1; changes when rows before it go.")
    line = serializers.IntegerField(required=False, help_text="Line of the imported file.")
    url = serializers.CharField(required=False)
    key = serializers.CharField(required=False)
    inputs = serializers.DictField(child=serializers.CharField(), required=False)
    truth = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Known truth by column; blank cells are left out."
    )
    has_ground_truth = serializers.BooleanField(source="has_truth", required=False)
    instructions = serializers.CharField(
        required=False, help_text="The row's own, used by later executions in the place of the version's."
    )
    tags = serializers.SerializerMethodField(required=False)

    @extend_schema_field(BatchTag(many=True))
    def get_tags(self, row: Any) -> Any:
        """The tags of the row."""
        return BatchTag([one.tag for one in row.tagged.all()], many=True).data

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the tags."""
        tagged = TaggedRow.objects.select_related("tag").order_by("tag__folded")
        return queryset.prefetch_related(Prefetch("tagged", tagged)) if "tags" in fields else queryset


class RowChange(Taken):
    """What is to be changed; what is left out stays."""

    example = {"instructions": "Take the price of the large one."}

    instructions = Text(max_length=MAX_INSTRUCTIONS, allow_blank=True, required=False, help_text="Empty: none.")


class RowsChosen(Taken):
    """Some rows of the batch."""

    example = {"row_ids": [ROW_ID]}

    row_ids = Several(child=Identifier(), min_length=1, max_length=MOST_DELETED)


class RowsTagged(Taken):
    """A tag, and the rows to put it on or take it off."""

    example = {"row_ids": [ROW_ID], "tag_id": "019c1a62-1a2b-7c3d-8e4f-5a6b7c8d9e0f", "on": True}

    row_ids = Several(child=Identifier(), min_length=1, max_length=MOST_TAGGED)
    tag_id = Identifier()
    on = Boolean(default=True)


class Touched(Given):
    """How many rows were changed."""

    example = {"affected_rows": 1}

    affected_rows = serializers.IntegerField()


class RowFilter(ListFilter):
    """What the rows of a batch can be narrowed to."""

    has_ground_truth = YesNoFilter(field_name="has_truth")
    search = SearchFilter(method="with_words", help_text="A text in the address, the key, the inputs or the truth.")
    site = HostFilter(method="on_host")
    key = NameFilter(field_name="key", help_text="The whole key.")
    tag_id = IdFilter(method="with_tag")
    tag = NameFilter(method="with_tag_named", help_text="The whole name of a tag, in upper or lower case.")

    class Meta:
        form = SiteForm

    def with_words(self, rows: QuerySet[Row], name: str, value: str) -> QuerySet[Row]:
        """Those with the text."""
        return rows.filter(Q(url__icontains=value) | row_text(value))

    def on_host(self, rows: QuerySet[Row], name: str, value: str) -> QuerySet[Row]:
        """Those of the site."""
        return rows.filter(on_site(value))

    def with_tag_named(self, rows: QuerySet[Row], name: str, value: str) -> QuerySet[Row]:
        """Those that have a tag of this name."""
        return rows.filter(row_tagged(value, "pk"))

    def with_tag(self, rows: QuerySet[Row], name: str, value: uuid.UUID) -> QuerySet[Row]:
        """Those that have the tag."""
        return rows.filter(pk__in=TaggedRow.objects.filter(tag=value).values("row"))


ROWS = Listing(RowGiven, {"position": Key("position")}, default="position", filters=RowFilter, last_key="position")


class RowList(ApiView):
    """The rows of a batch."""

    heading = "Rows"

    @operation("row_list", "List rows", scope=Scope.READ_BATCHES, listing=ROWS)
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """The rows of a batch by position; with `include=tags` also their tags."""
        return self.page(Row.objects.filter(batch=find_batch(request, batch_id)))


class RowDetail(ApiView):
    """One row."""

    heading = "Rows"

    @operation("row_read", "Read a row", scope=Scope.READ_BATCHES, answers=RowGiven)
    def get(self, request: ApiRequest, batch_id: uuid.UUID, row_id: uuid.UUID) -> Response:
        """One row."""
        return self.answer(self._row(request, batch_id, row_id), RowGiven)

    @operation(
        "row_update",
        "Change a row",
        scope=Scope.WRITE_BATCHES,
        takes=RowChange,
        answers=RowGiven,
        conditional=True,
    )
    def patch(self, request: ApiRequest, batch_id: uuid.UUID, row_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give a row instructions of its own. Its truth is set with the truth of the batch."""
        with self.edited(self._row(request, batch_id, row_id), RowGiven) as row:
            if "instructions" in values:
                row_set_instructions(row=row, user=request.user, text=values["instructions"])
        return self.answer(row, RowGiven)

    def _row(self, request: ApiRequest, batch_id: uuid.UUID, row_id: uuid.UUID) -> Row:
        rows = Row.objects.filter(batch=find_batch(request, batch_id)).select_related("batch__project")
        return self.find(rows, pk=row_id)


class RowsDeletion(ApiView):
    """Deleting rows."""

    heading = "Rows"

    @operation(
        "rows_delete",
        "Delete rows",
        scope=Scope.WRITE_BATCHES,
        takes=RowsChosen,
        answers=Touched,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Delete up to 1,000 rows with their truth and their results in all executions. Needs an admin.

        It goes in portions of 200: what was deleted before a refusal stays deleted. Rows that are not there (any more)
        are passed over.
        """
        batch = find_batch(request, batch_id)
        found = Row.objects.filter(batch=batch, pk__in=values["row_ids"]).order_by("position")
        rows = list(found.values_list("pk", flat=True))
        return self.answer({"affected_rows": rows_delete(batch=batch, user=request.user, rows=rows)}, Touched)


class RowsTagging(ApiView):
    """Tagging rows."""

    heading = "Rows"

    @operation(
        "rows_tag",
        "Tag rows",
        scope=Scope.WRITE_BATCHES,
        takes=RowsTagged,
        answers=Touched,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Put a tag on up to 500 rows, or with `on` false take it off. Again changes nothing.

        A row that is not in the batch refuses everything.
        """
        batch: Batch = find_batch(request, batch_id)
        require(request.user, "projects.change", batch.project)
        tags = Tag.objects.visible_to(request.user).filter(organization=request.organization)
        tag = find_named(tags, values["tag_id"], "tag_id")
        refuse_unnamed(Row.objects.filter(batch=batch), values["row_ids"], "row_ids")
        changed = rows_tag(batch=batch, user=request.user, rows=values["row_ids"], tag=tag, on=values["on"])
        return self.answer({"affected_rows": changed}, Touched)
