"""Uploads of files, from the file to the batch that it becomes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.errors import about
from mino.common.api.filters import CreatedFilter, IdFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from projects.api.finding import find_chosen, find_project
from projects.api.import_shapes import ImportChange, ImportFileTaken, ImportGiven, ImportStart, ReadingChoice
from projects.importing.staging import staged_upload
from projects.importing.starting import import_begin, import_cancel, import_start, said_of
from projects.importing.uploading import import_choose, import_read_again
from projects.models import BatchImport, Folder, ImportStatus, Project


class ImportFilter(CreatedFilter):
    """What the list of imports can be narrowed to."""

    project_id = IdFilter(field_name="project")
    status = WordsFilter(choices=ImportStatus.choices)


IMPORTS = Listing(ImportGiven, filters=ImportFilter)


class ImportList(ApiView):
    """The imports of an organization."""

    heading = "Imports"

    @operation("import_list", "List imports", scope=Scope.WRITE_BATCHES, listing=IMPORTS)
    def get(self, request: ApiRequest) -> Response:
        """Uploaded files and what became of them, the newest first."""
        return self.page(BatchImport.objects.visible_to(request.user).filter(organization=request.organization))


class ProjectImportList(ApiView):
    """Uploads to a project."""

    heading = "Imports"

    @contextmanager
    def prepared(self, request: ApiRequest, values: dict[str, Any]) -> Iterator[None]:
        """With the file in the storage, as `staged`: copying it takes its time."""
        require(request.user, "projects.change", find_project(request, self.kwargs["project_id"]))
        with about("file"), staged_upload(values["file"]) as values["staged"]:
            yield

    @operation(
        "import_create",
        "Upload a file",
        scope=Scope.WRITE_BATCHES,
        takes=ImportFileTaken,
        answers=ImportGiven,
        status=201,
        multipart=True,
        idempotent=True,
        errors=["BATCH_EMPTY", "STORAGE_ERROR"],
    )
    def post(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Upload a file that becomes a batch. Ask for the import until it is `ready` and names the batch.

        Short files are ready in this answer. Columns are guessed from their headers (`expected_price` is the truth of
        `price`) and values; with `start=false` they can be chosen before the file is loaded.
        """
        project = find_project(request, project_id)
        values["folder"] = _folder(project, values.pop("folder_id", None))
        with about("file"):
            begun = import_begin(project=project, user=request.user, source_name=values.pop("file").name, **values)
        return self.answer(begun, ImportGiven, created_at=reverse("api_import", args=[begun.pk]))


class ImportDetail(ApiView):
    """One import."""

    heading = "Imports"

    @operation("import_read", "Read an import", scope=Scope.WRITE_BATCHES, answers=ImportGiven)
    def get(self, request: ApiRequest, import_id: uuid.UUID) -> Response:
        """How far an import is; with `include=problems` also what is wrong in the file."""
        return self.answer(_find(self, request, import_id), ImportGiven)

    @operation(
        "import_update",
        "Choose the columns of an import",
        scope=Scope.WRITE_BATCHES,
        takes=ImportChange,
        answers=ImportGiven,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, import_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Choose name, role and type of columns before the file is loaded. It is checked again."""
        found = _find_to_change(self, request, import_id)
        columns = [dict(choice) for choice in values["columns"]]
        import_choose(batch_import=found, user=request.user, columns=columns)
        return self.answer(found, ImportGiven)


class ImportReadingDetail(ApiView):
    """How a file is read."""

    heading = "Imports"

    @operation(
        "import_reading_set",
        "Choose how a file is read",
        scope=Scope.WRITE_BATCHES,
        takes=ReadingChoice,
        answers=ImportGiven,
        errors=["INVALID_STATE", "BATCH_EMPTY", "STORAGE_ERROR"],
    )
    def put(self, request: ApiRequest, import_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Read the file in another way before it is loaded. Its columns are guessed anew, and it is checked again.

        What is left out is found out from the file.
        """
        found = _find_to_change(self, request, import_id)
        with about("sheet" if "sheet" in values else "file"):
            import_read_again(batch_import=found, user=request.user, reading=dict(values))
        return self.answer(found, ImportGiven)


class ImportStarting(ApiView):
    """Starting an import."""

    heading = "Imports"

    @operation(
        "import_start",
        "Start an import",
        scope=Scope.WRITE_BATCHES,
        takes=ImportStart,
        answers=ImportGiven,
        idempotent=True,
        errors=["INVALID_STATE", "BATCH_EMPTY"],
    )
    def post(self, request: ApiRequest, import_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Load a checked file. What was said when it was uploaded need not be said again."""
        found = _find_to_change(self, request, import_id)
        if "folder_id" in values:
            values["folder"] = _folder(found.project, values.pop("folder_id"))
        import_start(batch_import=found, user=request.user, **{**said_of(found), **values})
        return self.answer(found, ImportGiven)


class ImportCancelling(ApiView):
    """Giving an import up."""

    heading = "Imports"

    @operation(
        "import_cancel",
        "Cancel an import",
        scope=Scope.WRITE_BATCHES,
        answers=ImportGiven,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, import_id: uuid.UUID) -> Response:
        """Give an import up; what was written of it is removed. Again changes nothing."""
        found = _find_to_change(self, request, import_id)
        import_cancel(batch_import=found, user=request.user)
        return self.answer(found, ImportGiven)


def _folder(project: Project, chosen: uuid.UUID | None) -> Folder | None:
    """The folder that the body names. Raises InvalidInput where the project has no such."""
    return find_chosen(Folder.objects.filter(project=project), chosen, "folder_id")


def _find(view: ApiView, request: ApiRequest, import_id: uuid.UUID) -> BatchImport:
    """The import, for all who see it in the list."""
    seen = BatchImport.objects.visible_to(request.user).filter(organization=request.organization)
    found: BatchImport = view.find(seen.select_related("project", "folder", "batch"), pk=import_id)
    return found


def _find_to_change(view: ApiView, request: ApiRequest, import_id: uuid.UUID) -> BatchImport:
    """The import, for those who may change its project."""
    found = _find(view, request, import_id)
    require(request.user, "projects.change", found.project)
    return found
