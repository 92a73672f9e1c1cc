"""Folders of a project."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.cursors import Key
from mino.common.api.errors import at_place
from mino.common.api.fields import Identifier, Text
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from projects.api.finding import find_chosen, find_project
from projects.api.shapes import PROJECT_ID
from projects.models import BatchStatus, Folder, Project
from projects.services import folders as services
from projects.services.checks import MAX_NAME

TOP = "The folder that it lies in; null: at the top."


class FolderGiven(Given):
    """A folder of a project."""

    on_request = ("batch_count",)
    edited = ("name", "parent_id")
    example = {
        "id": "019c1a61-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "project_id": PROJECT_ID,
        "parent_id": None,
        "name": "Catalogues",
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-05T09:00:00Z",
    }

    id = serializers.UUIDField()
    project_id = serializers.UUIDField(required=False)
    parent_id = serializers.UUIDField(allow_null=True, required=False, help_text=TOP)
    name = serializers.CharField(required=False)
    batch_count = serializers.IntegerField(required=False, help_text="Batches directly in it.")
    created_at = serializers.DateTimeField(required=False)
    updated_at = serializers.DateTimeField(required=False)

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the count of batches."""
        if "batch_count" in fields:
            queryset = queryset.annotate(batch_count=Count("batches", filter=Q(batches__status=BatchStatus.READY)))
        return queryset


class FolderNew(Taken):
    """A new folder."""

    example = {"name": "Catalogues of 2026", "parent_id": None}

    name = Text(max_length=MAX_NAME)
    parent_id = Identifier(allow_null=True, default=None, help_text=TOP)


class FolderChange(Taken):
    """What is to be changed; what is left out stays."""

    example = {"name": "Catalogues of spring"}

    name = Text(max_length=MAX_NAME, required=False)
    parent_id = Identifier(allow_null=True, required=False, help_text=TOP)


FOLDERS = Listing(FolderGiven, {"name": Key("name"), "created_at": Key("created_at")}, default="name")


class FolderList(ApiView):
    """The folders of a project."""

    heading = "Folders and tags"

    @operation("folder_list", "List folders", scope=Scope.READ_BATCHES, listing=FOLDERS)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """All folders of a project, at most 500, whatever folder they lie in."""
        return self.page(Folder.objects.filter(project=find_project(request, project_id)))

    @operation(
        "folder_create",
        "Create a folder",
        scope=Scope.WRITE_BATCHES,
        takes=FolderNew,
        answers=FolderGiven,
        status=201,
        idempotent=True,
        errors=["ALREADY_EXISTS", "INVALID_STATE"],
    )
    def post(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Create a folder, at most 10 deep."""
        project = find_project(request, project_id)
        require(request.user, "projects.change", project)
        parent = find_chosen(Folder.objects.filter(project=project), values["parent_id"], "parent_id")
        with at_place(_place):
            folder = services.folder_create(project=project, user=request.user, name=values["name"], parent=parent)
        return self.answer(folder, FolderGiven, created_at=reverse("api_folder", args=[folder.pk]))


class FolderDetail(ApiView):
    """One folder."""

    heading = "Folders and tags"

    @operation("folder_read", "Read a folder", scope=Scope.READ_BATCHES, answers=FolderGiven)
    def get(self, request: ApiRequest, folder_id: uuid.UUID) -> Response:
        """One folder."""
        return self.answer(self._folder(request, folder_id), FolderGiven)

    @operation(
        "folder_update",
        "Rename or move a folder",
        scope=Scope.WRITE_BATCHES,
        takes=FolderChange,
        answers=FolderGiven,
        conditional=True,
        errors=["ALREADY_EXISTS", "INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, folder_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give a folder another name, or move it with all that is in it; or both at once."""
        with self.edited(self._folder(request, folder_id), FolderGiven, lock=_lock) as folder:
            if "parent_id" in values:
                inside = Folder.objects.filter(project=folder.project)
                values["parent"] = find_chosen(inside, values.pop("parent_id"), "parent_id")
            with at_place(_place):
                services.folder_change(folder=folder, user=request.user, **values)
        return self.answer(folder, FolderGiven)

    @operation("folder_delete", "Delete a folder", scope=Scope.WRITE_BATCHES, status=204, conditional=True)
    def delete(self, request: ApiRequest, folder_id: uuid.UUID) -> Response:
        """Delete a folder. What is in it moves to where it was; no batch is lost."""
        folder = self._folder(request, folder_id)
        with self.unchanged(folder, FolderGiven, _lock):
            services.folder_delete(folder=folder, user=request.user)
        return self.nothing()

    def _folder(self, request: ApiRequest, folder_id: uuid.UUID) -> Folder:
        seen = Folder.objects.visible_to(request.user).filter(organization=request.organization)
        folder: Folder = self.find(seen.select_related("project"), pk=folder_id)
        return folder


def _place(path: str) -> str:
    return "parent_id" if path == "parent" else path


def _lock(folder: Folder) -> None:
    """As the services do: they lock the project before any folder."""
    Project.objects.select_for_update(no_key=True).get(pk=folder.project_id)
