"""Batches."""

from __future__ import annotations

import re
import uuid
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.errors import ApiError, at_place
from mino.common.api.fields import Boolean, Choice, Identifier, Named, Several, Text
from mino.common.api.filters import CreatedFilter, IdFilter, NameFilter, SearchFilter, YesNoFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.errors import Detail, InvalidInput
from mino.common.values.columns import ColumnType
from projects.api.columns import ColumnGiven
from projects.api.finding import find_batch, find_chosen, find_named, find_project
from projects.api.rows_as_file import WRITTEN, as_file
from projects.api.shapes import PROJECT_ID
from projects.filters import batches_named
from projects.folder_tree import FolderTree
from projects.importing.files import FileRefused, import_file, sentence
from projects.importing.parse.problems import Problem
from projects.importing.settings import import_limits
from projects.models import Batch, Column, Folder, Project, Tag, TaggedBatch
from projects.services.batches import batch_update
from projects.services.checks import MAX_DESCRIPTION, MAX_NAME
from projects.services.deletion import batch_delete, starts_held
from projects.services.folders import batches_move
from projects.services.tags import batch_tags_set, batches_tag

MAX_ROWS = 5_000
"""Rows in the body of one request; more of them are uploaded as a file."""
BATCH_ID = "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f"
LINE = re.compile(r"\bline (\d+)\b")


class BatchTag(serializers.Serializer[Any]):
    """A tag on a batch."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    colour = serializers.CharField()


class BatchGiven(Given):
    """A table of sites."""

    on_request: ClassVar[Collection[str]] = ("tags", "columns", "project_name")
    edited = ("name", "description", "folder_id", "tags")
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
    project_name = serializers.CharField(source="project.name", required=False)
    folder_id = serializers.UUIDField(allow_null=True, required=False)
    name = serializers.CharField(required=False)
    description = serializers.CharField(required=False)
    row_count = serializers.IntegerField(required=False)
    truth_row_count = serializers.IntegerField(required=False, help_text="Rows of which some truth is known.")
    source_name = serializers.CharField(required=False, help_text="Name of the imported file.")
    tags = BatchTag(many=True, required=False)
    columns = ColumnGiven(many=True, required=False)
    created_at = serializers.DateTimeField(required=False)
    updated_at = serializers.DateTimeField(required=False)
    created_by = Author()

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With author, project, tags and columns."""
        queryset = with_author(queryset, fields)
        if "project_name" in fields:
            queryset = queryset.select_related("project")
        if "tags" in fields:
            queryset = queryset.prefetch_related(Prefetch("tags", Tag.objects.order_by("folded")))
        if "columns" in fields:
            queryset = queryset.prefetch_related(Prefetch("columns", Column.objects.order_by("position")))
        return queryset


@extend_schema_field({"type": ["string", "number", "boolean"]})
class Cell(serializers.JSONField):
    """What a cell of a row may be."""

    def to_internal_value(self, data: Any) -> Any:
        """The value. Lists and objects, which no cell can hold, are refused."""
        if isinstance(data, list | dict):
            raise serializers.ValidationError("Give a text, a number, true, false or null.", code="invalid")
        return data


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
    rows = Several(
        child=Named(child=Cell(allow_null=True)),
        max_length=MAX_ROWS,
        help_text="Cells by the names of their columns: the address of the site, inputs, and with `expected_` before "
        "the name the truth. A number is kept in plain digits (1e3 as 1000.0, 24.50 as 24.5); give a text where it "
        "matters how it is written.",
    )
    url_column = Text(required=False, help_text="Column with the addresses, where it is not found by itself.")
    key_column = Text(required=False, allow_blank=True, help_text="Column with a unique key; empty: none.")
    types = Named(
        child=Choice(choices=[kind.value for kind in ColumnType]),
        required=False,
        help_text="Types of columns by their names, in the place of guessed ones.",
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

    tag_ids = Several(child=Identifier(), max_length=200)


class BatchFilter(CreatedFilter):
    """What the list of batches can be narrowed to."""

    project_id = IdFilter(field_name="project")
    folder_id = IdFilter(method="in_folder", help_text="Those in the folder and in all folders below it.")
    has_folder = YesNoFilter(
        field_name="folder", lookup_expr="isnull", exclude=True, help_text="Whether in any folder."
    )
    tag_id = IdFilter(field_name="tags")
    tag = NameFilter(method="with_tag", help_text="The whole name of a tag, in upper or lower case.")
    search = SearchFilter(method="with_words", help_text="A text in the name, the description or the name of a tag.")
    has_ground_truth = YesNoFilter(method="with_truth", help_text="Whether some truth is known.")

    def in_folder(self, batches: QuerySet[Batch], name: str, value: uuid.UUID) -> QuerySet[Batch]:
        """Those in the folder or below it; none where there is no such folder."""
        folder = Folder.objects.filter(pk=value).select_related("project").first()
        return batches.filter(folder__in=FolderTree.of(folder.project).within(folder.pk)) if folder else batches.none()

    def with_tag(self, batches: QuerySet[Batch], name: str, value: str) -> QuerySet[Batch]:
        """Those with the tag."""
        return batches.filter(Exists(TaggedBatch.objects.filter(batch=OuterRef("pk"), tag__folded=value.casefold())))

    def with_words(self, batches: QuerySet[Batch], name: str, value: str) -> QuerySet[Batch]:
        """Those with the text."""
        return batches.filter(batches_named(value))

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
        errors=["INVALID_STATE", "BATCH_EMPTY"],
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

    @operation(
        "batch_delete",
        "Delete a batch",
        scope=Scope.WRITE_BATCHES,
        status=204,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def delete(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """Delete a batch with its rows, executions and results. Needs an admin."""
        batch = find_batch(request, batch_id)
        with self.unchanged(batch, BatchGiven, _lock_to_delete):
            batch_delete(batch=batch, user=request.user)
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
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def put(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give a batch these tags and no others. `include=tags` shows them in the answer.

        To put a single tag on it or take one off, whatever others it has, there are operations of their own.
        """
        found = find_batch(request, batch_id)
        require(request.user, "projects.change", found.project)
        mine = Tag.objects.visible_to(request.user).filter(organization=request.organization)
        wanted = [find_named(mine, one, f"tag_ids.{place}") for place, one in enumerate(values["tag_ids"])]
        with self.edited(found, BatchGiven, lock=_lock) as batch:
            batch_tags_set(batch=batch, user=request.user, tags=wanted)
        return self.answer(batch, BatchGiven)


class BatchTagDetail(ApiView):
    """One tag of a batch."""

    heading = "Batches"

    @operation(
        "batch_tag_add",
        "Put a tag on a batch",
        scope=Scope.WRITE_BATCHES,
        answers=BatchGiven,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, tag_id: uuid.UUID) -> Response:
        """Put a tag on a batch; its others stay. Again changes nothing. `include=tags` shows all of them."""
        batch = self._tag(request, batch_id, tag_id, on=True)
        return self.answer(batch, BatchGiven)

    @operation("batch_tag_remove", "Take a tag off a batch", scope=Scope.WRITE_BATCHES, status=204)
    def delete(self, request: ApiRequest, batch_id: uuid.UUID, tag_id: uuid.UUID) -> Response:
        """Take a tag off a batch; its others stay. Again changes nothing."""
        self._tag(request, batch_id, tag_id, on=False)
        return self.nothing()

    def _tag(self, request: ApiRequest, batch_id: uuid.UUID, tag_id: uuid.UUID, *, on: bool) -> Batch:
        batch = find_batch(request, batch_id)
        require(request.user, "projects.change", batch.project)
        tag = self.find(Tag.objects.visible_to(request.user).filter(organization=request.organization), pk=tag_id)
        batches_tag(project=batch.project, user=request.user, batches=[batch], tag=tag, on=on)
        return batch


def _lock(batch: Batch) -> None:
    """As the services do: they lock the project before any batch."""
    Project.objects.select_for_update(no_key=True).get(pk=batch.project_id)
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)


def _lock_to_delete(batch: Batch) -> None:
    """As the deletion does: it keeps executions from starting first."""
    starts_held(batch.organization_id)
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)


def _import(project: Project, request: ApiRequest, *, rows: list[dict[str, Any]], **values: Any) -> Batch:
    """Import the rows as a file of theirs. Raises InvalidInput with paths into the body."""
    if not rows:
        raise ApiError("BATCH_EMPTY", "There is no row. Give at least one.", path="rows")
    file, starts = as_file(rows, columns=import_limits().columns)
    values |= {"file": file, "filename": "rows.csv", "dialect": WRITTEN}
    try:
        with at_place(lambda path: _field(path, values)):
            return import_file(project=project, user=request.user, **values).batch
    except FileRefused as refused:
        details = [_detail(one, rows, starts) for one in refused.errors]
        raise InvalidInput(_in_body(refused.message, starts), code=refused.code, details=details) from None


def _field(path: str, values: dict[str, Any]) -> str:
    """The field that names a column, where the importer tells the name of the column."""
    by_name = [name for name in ("url_column", "key_column") if values.get(name) == path]
    return by_name[0] if by_name else f"types.{path}" if path in values.get("types", {}) else path


def _detail(problem: Problem, rows: list[dict[str, Any]], starts: list[int]) -> Detail:
    """What is wrong in a line of the file, at its place in the body."""
    place, column = _place(problem.line or 0, starts), problem.column
    if place != "rows" and any(column in row for row in rows):
        place, column = f"{place}.{column}", None
    return Detail(place, sentence(replace(problem, column=column, message=_in_body(problem.message, starts))))


def _place(line: int, starts: list[int]) -> str:
    """The row that stands in a line of the file; all of them for the line with the names."""
    row = bisect_right(starts, line) - 1
    return f"rows.{row}" if row >= 0 else "rows"


def _in_body(text: str, starts: list[int]) -> str:
    """What is said about the file, as it is true of the body: it has rows, counted from 0, and no lines."""
    text = text.replace("The file", "The body").replace("the file", "the body")
    return LINE.sub(lambda found: _place(int(found[1]), starts), text)
