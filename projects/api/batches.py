"""Batches."""

from __future__ import annotations

import re
import uuid
from bisect import bisect_right
from collections.abc import Collection
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.fields import Boolean, Identifier, Text
from mino.common.api.filters import IdFilter, ListFilter, SearchFilter, YesNoFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.errors import Detail, InvalidInput
from projects.api.finding import find_batch, find_chosen, find_named, find_project
from projects.api.rows_as_file import as_file
from projects.api.shapes import PROJECT_ID
from projects.importing.files import FileRefused, import_file
from projects.models import Batch, Folder, Project, Tag
from projects.services.batches import batch_update
from projects.services.checks import MAX_DESCRIPTION, MAX_NAME
from projects.services.deletion import batch_delete
from projects.services.folders import batches_move
from projects.services.tags import batches_tag

MAX_ROWS = 5_000
"""Rows in the body of one request; more of them are uploaded as a file."""
BATCH_ID = "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f"
LINE = re.compile(r"line (\d+)")


class BatchTag(serializers.Serializer[Any]):
    """A tag on a batch."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    colour = serializers.CharField()


class BatchGiven(Given):
    """A table of sites."""

    on_request = ("tags",)
    edited = ("name", "description", "folder_id")
    example = {
        "id": BATCH_ID,
        "project_id": PROJECT_ID,
        "folder_id": None,
        "name": "Spring catalogue",
        "description": "",
        "row_count": 1200,
        "truth_row_count": 300,
        "source_name": "spring.csv",
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-05T09:00:00Z",
        "created_by": AUTHOR,
    }

    id = serializers.UUIDField()
    project_id = serializers.UUIDField(required=False)
    folder_id = serializers.UUIDField(allow_null=True, required=False)
    name = serializers.CharField(required=False)
    description = serializers.CharField(required=False)
    row_count = serializers.IntegerField(required=False)
    truth_row_count = serializers.IntegerField(required=False, help_text="Rows of which some truth is known.")
    source_name = serializers.CharField(required=False, help_text="Name of the imported file.")
    tags = BatchTag(many=True, required=False)
    created_at = serializers.DateTimeField(required=False)
    updated_at = serializers.DateTimeField(required=False)
    created_by = Author()

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With author and tags."""
        queryset = with_author(queryset, fields)
        return (
            queryset.prefetch_related(Prefetch("tags", Tag.objects.order_by("folded")))
            if "tags" in fields
            else queryset
        )


class BatchNew(Taken):
    """A new batch with its rows."""

    example = {
        "name": "Spring catalogue",
        "rows": [
            {"site_url": "https://shop.example/kettle", "expected_title": "Kettle", "expected_price": "24.50"},
            {"site_url": "https://shop.example/mug", "expected_title": "Mug", "expected_price": None},
        ],
    }

    name = Text(max_length=MAX_NAME)
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, default="")
    folder_id = Identifier(allow_null=True, default=None)
    rows = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        min_length=1,
        max_length=MAX_ROWS,
        help_text="Cells by the names of their columns: the address of the site, inputs, and with `expected_` before "
        "the name the truth.",
    )
    url_column = Text(required=False, help_text="Column with the addresses, where it is not found by itself.")
    key_column = Text(required=False, allow_blank=True, help_text="Column with a unique key; empty: none.")
    types = serializers.DictField(
        child=Text(), required=False, help_text="Types of columns by their names, in the place of guessed ones."
    )
    leave_out_errors = Boolean(default=False, help_text="Leave rows with errors out; else they refuse all.")


class BatchChange(Taken):
    """What is to be changed; what is left out stays."""

    example = {"name": "Spring catalogue, corrected"}

    name = Text(max_length=MAX_NAME, required=False)
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, required=False)
    folder_id = Identifier(allow_null=True, required=False, help_text="The folder that it lies in; null: none.")


class TagChoice(Taken):
    """The tags that a batch is to have, and no others."""

    example: ClassVar[Any] = {"tag_ids": []}

    tag_ids = serializers.ListField(child=Identifier(), max_length=200)


class BatchFilter(ListFilter):
    """What the list of batches can be narrowed to."""

    project_id = IdFilter(field_name="project")
    folder_id = IdFilter(field_name="folder", help_text="Those directly in the folder.")
    tag_id = IdFilter(field_name="tags")
    search = SearchFilter(field_name="name", lookup_expr="icontains", help_text="Words in the name.")
    has_ground_truth = YesNoFilter(method="with_truth", help_text="Whether some truth is known.")

    def with_truth(self, batches: QuerySet[Batch], name: str, value: bool) -> QuerySet[Batch]:
        """Those with truth, or without any."""
        return batches.filter(truth_row_count__gt=0) if value else batches.filter(truth_row_count=0)


BATCHES = Listing(
    BatchGiven,
    {"created_at": Key("created_at"), "name": Key("name"), "row_count": Key("row_count")},
    filters=BatchFilter,
)


class BatchList(ApiView):
    """The batches of an organization."""

    heading = "Batches"

    @operation("batch_list", "List batches", scope=Scope.READ_BATCHES, listing=BATCHES)
    def get(self, request: ApiRequest) -> Response:
        """The batches that are ready, of all projects or of one, the newest first."""
        return self.page(Batch.objects.visible_to(request.user).filter(organization=request.organization))


class ProjectBatchList(ApiView):
    """New batches of a project."""

    heading = "Batches"

    @operation(
        "batch_create",
        "Create a batch from rows",
        scope=Scope.WRITE_BATCHES,
        takes=BatchNew,
        answers=BatchGiven,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Create a batch of up to 5,000 rows; for more, upload a file. Roles and types are guessed as for a file."""
        project = find_project(request, project_id)
        require(request.user, "projects.change", project)
        folder = find_chosen(Folder.objects.filter(project=project), values.pop("folder_id"), "folder_id")
        batch = _import(project, request, **values)
        if folder is not None:
            batches_move(project=project, user=request.user, batches=[batch], folder=folder)
        return self.answer(batch, BatchGiven, created_at=reverse("api_batch", args=[batch.pk]))


class BatchDetail(ApiView):
    """One batch."""

    heading = "Batches"

    @operation("batch_read", "Read a batch", scope=Scope.READ_BATCHES, answers=BatchGiven)
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """One batch; with `include=tags` also its tags."""
        return self.answer(find_batch(request, batch_id), BatchGiven)

    @operation(
        "batch_update",
        "Change a batch",
        scope=Scope.WRITE_BATCHES,
        takes=BatchChange,
        answers=BatchGiven,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Rename or describe a batch, or move it into another folder."""
        with self.edited(find_batch(request, batch_id), BatchGiven, lock=_lock) as batch:
            if "folder_id" in values:
                inside = Folder.objects.filter(project=batch.project)
                folder = find_chosen(inside, values.pop("folder_id"), "folder_id")
                batches_move(project=batch.project, user=request.user, batches=[batch], folder=folder)
            if values:
                wanted = {"name": batch.name, "description": batch.description, **values}
                batch_update(batch=batch, user=request.user, **wanted)
        return self.answer(batch, BatchGiven)

    @operation("batch_delete", "Delete a batch", scope=Scope.WRITE_BATCHES, status=204, errors=["INVALID_STATE"])
    def delete(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """Delete a batch with its rows, executions and results. Needs an admin."""
        batch_delete(batch=find_batch(request, batch_id), user=request.user)
        return self.nothing()


class BatchTags(ApiView):
    """The tags of a batch."""

    heading = "Batches"

    @operation(
        "batch_tags_set",
        "Set the tags of a batch",
        scope=Scope.WRITE_BATCHES,
        takes=TagChoice,
        answers=BatchGiven,
        errors=["INVALID_STATE"],
    )
    def put(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give a batch these tags and no others. `include=tags` shows them in the answer."""
        batch = find_batch(request, batch_id)
        require(request.user, "projects.change", batch.project)
        mine = Tag.objects.visible_to(request.user).filter(organization=request.organization)
        wanted = [find_named(mine, one, f"tag_ids.{place}") for place, one in enumerate(values["tag_ids"])]
        with transaction.atomic():
            for tag in batch.tags.exclude(pk__in=values["tag_ids"]):
                batches_tag(project=batch.project, user=request.user, batches=[batch], tag=tag, on=False)
            for tag in wanted:
                batches_tag(project=batch.project, user=request.user, batches=[batch], tag=tag)
        return self.answer(batch, BatchGiven)


def _lock(batch: Batch) -> None:
    """As the services do: they lock the project before any batch."""
    Project.objects.select_for_update(no_key=True).get(pk=batch.project_id)
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)


def _import(project: Project, request: ApiRequest, *, rows: list[dict[str, Any]], **values: Any) -> Batch:
    """Import the rows as a file of theirs. Raises InvalidInput with paths into the body."""
    file, starts = as_file(rows)
    try:
        return import_file(project=project, user=request.user, file=file, filename="rows.csv", **values).batch
    except FileRefused as refused:
        details = [Detail(_place(one.path, starts), one.message) for one in refused.details]
        raise InvalidInput(refused.message.replace("The file", "The body"), details=details) from None


def _place(path: str, starts: list[int]) -> str:
    """The path into the body of a problem in a line of the file."""
    found = LINE.fullmatch(path)
    row = bisect_right(starts, int(found[1])) - 1 if found else -1
    return f"rows.{row}" if row >= 0 else "rows"
