"""Uploads of files, from the file to the batch that it becomes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from mino.common.api.errors import about
from mino.common.api.fields import Boolean, Choice, Identifier, Integer, Text
from mino.common.api.filters import CreatedFilter, IdFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, SeveralTaken, Taken
from mino.common.values.columns import ColumnRole, ColumnType
from projects.api.batches import BATCH_ID
from projects.api.finding import find_chosen, find_project
from projects.api.shapes import PROJECT_ID
from projects.importing.parse.dialect import ENCODING_NAMES
from projects.importing.staging import staged_upload
from projects.importing.starting import import_begin, import_cancel, import_start, said_of
from projects.importing.uploading import import_choose, import_read_again
from projects.models import BatchImport, Folder, ImportStatus, Project
from projects.services.checks import MAX_DESCRIPTION, MAX_NAME

ROLES = [role.value for role in ColumnRole]
ENCODINGS = list(ENCODING_NAMES)
DELIMITER = "Empty: there is one column; else comma, semicolon, tab, vertical bar, space, colon, tilde, & or ^."
QUOTE = "Empty: none; else a double or a single quote."
TYPES = [kind.value for kind in ColumnType]
SHOWN_PROBLEMS = 200
PROBLEM = ("line", "column", "severity", "code", "message", "found", "remedy")


class ImportColumn(serializers.Serializer[Any]):
    """A column of the file: what was guessed, or chosen since."""

    index = serializers.IntegerField()
    header = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)
    type = serializers.ChoiceField(choices=TYPES)


class ImportReading(serializers.Serializer[Any]):
    """How the file is read: a text file by the first three, a workbook by the sheet, both by the header."""

    encoding = serializers.ChoiceField(choices=ENCODINGS, required=False)
    delimiter = serializers.CharField(required=False, help_text=DELIMITER)
    quote = serializers.CharField(required=False, help_text=QUOTE)
    header = serializers.BooleanField(required=False, help_text="Whether the first line has the names of the columns.")
    sheet = serializers.CharField(required=False)


class ImportProblem(serializers.Serializer[Any]):
    """Something in the file that needs attention."""

    line = serializers.IntegerField(allow_null=True)
    column = serializers.CharField(allow_null=True)
    severity = serializers.ChoiceField(choices=["error", "warning"])
    code = serializers.CharField()
    message = serializers.CharField()
    found = serializers.CharField()
    remedy = serializers.CharField()


class ImportReport(serializers.Serializer[Any]):
    """What the check of the file counted; empty before it."""

    rows = serializers.IntegerField(required=False, help_text="All of the file, without blank lines.")
    good_rows = serializers.IntegerField(required=False, help_text="Those without an error.")
    bad_rows = serializers.IntegerField(required=False, help_text="Those that stay out because of an error.")
    truth_rows = serializers.IntegerField(required=False, help_text="Those of the good ones with some truth.")
    blank_lines = serializers.IntegerField(required=False)
    duplicate_urls = serializers.IntegerField(
        required=False, help_text="Rows with an address of a row before them; they are loaded."
    )
    errors = serializers.IntegerField(required=False)  # type: ignore[assignment] # the framework takes fields off the class
    warnings = serializers.IntegerField(required=False)


class ImportGiven(Given):
    """A file on its way to become a batch.

    `checked` with `starts_by_itself` false waits for a decision: look at the problems, choose columns, start it.
    """

    on_request = ("problems",)
    example = {
        "id": "019c1a64-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "project_id": PROJECT_ID,
        "batch_id": BATCH_ID,
        "folder_id": None,
        "status": "ready",
        "name": "Spring catalogue",
        "description": "",
        "source_name": "spring.csv",
        "size": 86412,
        "reading": {"encoding": "utf-8", "delimiter": ",", "quote": '"', "header": True},
        "columns": [
            {"index": 0, "header": "site_url", "name": "site_url", "role": "site_url", "type": "url"},
            {"index": 1, "header": "expected_price", "name": "price", "role": "ground_truth", "type": "number"},
        ],
        "report": {"rows": 1200, "good_rows": 1200, "bad_rows": 0, "errors": 0, "warnings": 2},
        "leave_out_errors": False,
        "starts_by_itself": True,
        "rows_done": 1200,
        "rows_total": 1200,
        "share": 1.0,
        "error": "",
        "created_at": "2026-01-05T09:00:00Z",
        "created_by": AUTHOR,
    }

    id = serializers.UUIDField()
    project_id = serializers.UUIDField(required=False)
    batch_id = serializers.UUIDField(allow_null=True, required=False, help_text="Once it is ready.")
    folder_id = serializers.UUIDField(allow_null=True, required=False, help_text="The folder that the batch lies in.")
    status = serializers.ChoiceField(choices=ImportStatus.choices, required=False)
    name = serializers.CharField(required=False, help_text="Name of the batch.")
    description = serializers.CharField(required=False, help_text="Of the batch.")
    source_name = serializers.CharField(required=False)
    size = serializers.IntegerField(required=False, help_text="In bytes.")
    reading = ImportReading(required=False)
    columns = ImportColumn(many=True, required=False)
    report = ImportReport(required=False)
    problems = serializers.SerializerMethodField(required=False)
    leave_out_errors = serializers.BooleanField(required=False, help_text="Whether lines with errors are left out.")
    starts_by_itself = serializers.BooleanField(required=False)
    rows_done = serializers.IntegerField(required=False)
    rows_total = serializers.IntegerField(required=False)
    share = serializers.FloatField(required=False, help_text="How much of the present step is done, from 0 to 1.")
    error = serializers.CharField(required=False, help_text="Why it failed, or waits for a decision.")
    created_at = serializers.DateTimeField(required=False)
    created_by = Author()

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With who uploaded it."""
        return with_author(queryset, fields)

    @extend_schema_field(ImportProblem(many=True))
    def get_problems(self, one: BatchImport) -> list[dict[str, Any]]:
        """The first 200 problems."""
        kept = one.report.get("problems", [])[:SHOWN_PROBLEMS]
        return [{name: problem.get(name) for name in PROBLEM} for problem in kept]


@extend_schema_field(OpenApiTypes.BINARY)
class Upload(serializers.FileField):
    """A file of a form."""


class ImportFileTaken(Taken):
    """A file, as a form."""

    example = {"file": "spring.csv", "name": "Spring catalogue", "start": True, "leave_out_errors": False}

    file = Upload(
        allow_empty_file=True, max_length=255, help_text="CSV, TSV, XLSX, or JSON Lines as MINO exports them."
    )
    name = serializers.CharField(max_length=MAX_NAME, required=False, help_text="Of the batch; else the file's name.")
    description = serializers.CharField(max_length=MAX_DESCRIPTION, required=False, allow_blank=True)
    folder_id = Identifier(required=False, help_text="The folder of the project that the batch lies in.")
    start = serializers.BooleanField(
        default=True, help_text="Load it as soon as it is checked. With false it waits until it is started."
    )
    leave_out_errors = serializers.BooleanField(
        default=False, help_text="Leave lines with errors out; else a file with errors waits for a decision."
    )


class ColumnChoiceTaken(Taken):
    """What a column is; what is left out stays as it was guessed."""

    index = Integer(min_value=0)
    name = Text(max_length=200, required=False)
    role = Choice(choices=ROLES, required=False)
    type = Choice(choices=TYPES, required=False)


class Character(Text):
    """One of some characters, or none."""

    def __init__(self, pattern: str, words: str) -> None:
        valid = RegexValidator(pattern, words)
        super().__init__(max_length=1, allow_blank=True, required=False, validators=[valid], help_text=words)


class ReadingChoice(Taken):
    """How the file is to be read; what is left out is found out from it.

    Text files take encoding, delimiter, quote and header; workbooks take sheet and header.
    """

    example = {"delimiter": ";", "header": True}

    encoding = Choice(choices=ENCODINGS, required=False)
    delimiter = Character(r"^[,;\t| :~&^]\Z", DELIMITER)
    quote = Character(r"""^["']\Z""", QUOTE)
    header = Boolean(required=False, help_text="Whether the first line has the names of the columns.")
    sheet = Text(max_length=100, required=False, help_text="The name of the sheet, as its tab shows it.")


class ImportChange(Taken):
    """Other choices for columns."""

    example = {"columns": [{"index": 1, "role": "ground_truth", "type": "text"}]}

    columns: Any = SeveralTaken(child=ColumnChoiceTaken(), max_length=200)


class ImportStart(Taken):
    """How a checked file is loaded; what is left out is as the import has it."""

    example = {"name": "Spring catalogue", "leave_out_errors": True}

    name = Text(max_length=MAX_NAME, required=False)
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, required=False)
    folder_id = Identifier(allow_null=True, required=False, help_text="The folder that the batch lies in; null: none.")
    leave_out_errors = Boolean(required=False)


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
