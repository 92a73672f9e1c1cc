"""Exports: ordering a file, waiting for it, and fetching it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from accounts.authors import author_fields
from accounts.permissions import require
from analytics.exporting.answers import lock_down
from analytics.exporting.background.ordering import EXPORT, export_cancel, export_order, export_retry
from analytics.exporting.background.sources import Source, SourceGone, source_of
from analytics.exporting.batch import BatchRows
from analytics.exporting.choosing import Group
from analytics.exporting.formats import CONTENT_TYPES, ExportFormat
from analytics.exporting.forms import OF_ROLES, BatchExportForm, ExportForm
from analytics.exporting.results import Results
from analytics.models import Export, ExportKind, ExportStatus
from executions.agents.base import ErrorCode
from executions.api.execution_shapes import EXECUTION_ID
from executions.api.finding import find_execution
from executions.api.job_shapes import OUTCOMES, VERDICTS
from executions.api.jobs import NO_OUTCOME
from executions.models import JobStatus
from mino.common.api.errors import invalid
from mino.common.api.fields import Boolean, Choice, Number, Several, Text, Words
from mino.common.api.filters import CreatedFilter, IdFilter, WordFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from projects.api.finding import find_batch
from projects.api.shapes import PROJECT_ID

CONTENT: Mapping[ExportFormat, tuple[Any, Any]] = {
    ExportFormat.CSV: (str, "position,url,status\r\n1,https://shop.example/kettle,completed\r\n"),
    ExportFormat.JSON: (dict, {"execution": {"number": 42}, "rows": [{"position": 1, "status": "completed"}]}),
    ExportFormat.JSONL: (str, '{"position":1,"url":"https://shop.example/kettle","status":"completed"}\n'),
    ExportFormat.XLSX: (OpenApiTypes.BINARY, "(an Excel workbook)"),
}
FILES = {
    ("200", CONTENT_TYPES[name].partition(";")[0]): OpenApiResponse(
        content, description="The file, of the type of its format.", examples=[OpenApiExample("Answer", example)]
    )
    for name, (content, example) in CONTENT.items()
}
GROUPS = [one.value for one in Group]
FORMATS = [one.value for one in ExportFormat]


class ExportGiven(Given):
    """A file on its way, or waiting to be fetched."""

    example: ClassVar[Any] = {
        "id": "019c1a80-6f7a-7b8c-9d9e-0f1a2b3c4d5e",
        "kind": "results",
        "project_id": PROJECT_ID,
        "batch_id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "execution_id": EXECUTION_ID,
        "format": "csv",
        "status": "ready",
        "rows_done": 1200,
        "rows_total": 1200,
        "bytes": 204800,
        "error": "",
        "file": "/api/v1/exports/019c1a80-6f7a-7b8c-9d9e-0f1a2b3c4d5e/file",
        "created_at": "2026-01-09T15:00:00Z",
        "expires_at": "2026-01-16T15:00:04Z",
        "created_by": AUTHOR,
    }

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ExportKind.choices, required=False)
    project_id = serializers.UUIDField(required=False)
    batch_id = serializers.UUIDField(required=False)
    execution_id = serializers.UUIDField(allow_null=True, required=False)
    format = serializers.ChoiceField(choices=FORMATS, required=False)
    status = serializers.ChoiceField(choices=ExportStatus.choices, required=False)
    rows_done = serializers.IntegerField(required=False)
    rows_total = serializers.IntegerField(required=False)
    bytes = serializers.IntegerField(required=False)
    error = serializers.CharField(required=False)
    file = serializers.SerializerMethodField(required=False)
    created_at = serializers.DateTimeField(required=False)
    expires_at = serializers.DateTimeField(allow_null=True, required=False)
    created_by = Author()

    def get_file(self, export: Any) -> str | None:
        """Where the file is fetched; null while it is not there, or not any more."""
        is_there = export.may_be_fetched(timezone.now())
        return reverse("api_export_file", args=[export.pk]) if is_there else None

    @classmethod
    def load(cls, queryset: Any, fields: Any) -> Any:
        """With who ordered it."""
        return with_author(queryset, fields)


class RowsChosen(Taken):
    """Which rows are exported; all of them unless something is named."""

    format = Choice(choices=FORMATS, default=ExportFormat.CSV.value)
    has_ground_truth = Boolean(required=False)
    search = Words(max_length=200, required=False, help_text="Text in the address or any value.")
    site = Words(max_length=253, required=False, help_text="A host, such as shop.example.")
    tag = Words(max_length=100, required=False, help_text="Name of a tag of rows.")
    rows = Words(max_length=40_000, required=False, help_text="Numbers and spans, such as `1-50, 60`.")


class BatchExportNew(RowsChosen):
    """A file of a batch, which can be imported again."""

    example: ClassVar[Any] = {"format": "csv"}


class ResultsExportNew(RowsChosen):
    """A file of the results of an execution."""

    example: ClassVar[Any] = {"format": "jsonl", "evaluation_result": ["fail"]}

    columns = Several(child=Choice(choices=GROUPS), required=False, help_text="Groups of columns.")
    only = Several(
        child=Text(max_length=200), max_length=500, required=False, help_text="Inputs and fields; left out: all."
    )
    status = Several(child=Choice(choices=JobStatus.choices), required=False)
    evaluation_result = Several(child=Choice(choices=VERDICTS), required=False)
    error_code = Several(child=Choice(choices=[one.value for one in ErrorCode]), required=False)
    column = Words(max_length=200, required=False, help_text="The column that `outcome` is about.")
    outcome = Several(
        child=Choice(choices=OUTCOMES),
        required=False,
        help_text="Rows with a cell of one of these outcomes: in any column, or in `column`.",
    )
    accuracy_min = Number(min_value=0, max_value=100, required=False, help_text="In percent.")
    accuracy_max = Number(min_value=0, max_value=100, required=False, help_text="In percent.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept a column only with an outcome, as the list of jobs does."""
        if attrs.get("column") and not attrs.get("outcome"):
            raise ValidationError({"column": [NO_OUTCOME]})
        return attrs


class ExportFilter(CreatedFilter):
    """What the list of exports can be narrowed to."""

    status = WordsFilter(choices=ExportStatus.choices)
    kind = WordFilter(choices=ExportKind.choices)
    project_id = IdFilter(field_name="project")
    batch_id = IdFilter(field_name="batch_id", help_text="Of the batch, or of an execution of it.")
    execution_id = IdFilter(field_name="execution_id")


EXPORTS = Listing(ExportGiven, filters=ExportFilter)
ORDER: dict[str, Any] = {
    "scope": Scope.EXPORT_DATA,
    "answers": ExportGiven,
    "status": 201,
    "idempotent": True,
    "errors": ["INVALID_STATE"],
}


class ExportView(ApiView):
    """Base of the endpoints about exports."""

    heading = "Exports"

    def find_export(self, request: ApiRequest, export_id: uuid.UUID) -> Export:
        """The export. Raises Http404 where it can't be seen, PermissionDenied for those who may not export."""
        seen = Export.objects.visible_to(request.user).filter(organization=request.organization)
        export: Export = self.find(seen.select_related("project"), pk=export_id)
        require(request.user, EXPORT, export.project)
        return export

    def ordered(self, request: ApiRequest, source: Source, form: ExportForm | BatchExportForm) -> Response:
        """The export that was ordered. Raises ApiError for numbers of rows that there are not."""
        if missing := source.missing_rows():
            raise invalid("rows", f"There are no rows with these numbers: {missing}.")
        export = export_order(
            source=source, export_format=form.export_format, user=request.user, parameters=form.parameters
        )
        return self.answer(export, ExportGiven, created_at=reverse("api_export", args=[export.pk]))


class ExportList(ExportView):
    """The exports of who asks."""

    @operation("export_list", "List exports", scope=Scope.EXPORT_DATA, listing=EXPORTS)
    def get(self, request: ApiRequest) -> Response:
        """The exports that you ordered, the newest first."""
        seen = Export.objects.visible_to(request.user)
        return self.page(seen.filter(organization=request.organization, **author_fields(request.user)))


class ResultsExport(ExportView):
    """Exports of results."""

    @operation("results_export", "Export results", takes=ResultsExportNew, **ORDER)
    def post(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Have a file of an execution's results made. Read the export until it is `ready`, then fetch its `file`.

        A program may have five exports under way.
        """
        execution = find_execution(request, execution_id)
        require(request.user, EXPORT, execution.project)
        _check_only(values.get("only", []), execution.columns)
        form = ExportForm(_query(values), columns=execution.columns)
        _check(form)
        return self.ordered(request, Results(execution, form.wanted), form)


class BatchExport(ExportView):
    """Exports of batches."""

    @operation("batch_export", "Export a batch", takes=BatchExportNew, **ORDER)
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Have a file of a batch's rows made, with inputs and truth. Read the export until it is `ready`."""
        batch = find_batch(request, batch_id)
        require(request.user, EXPORT, batch.project)
        form = BatchExportForm(_query(values))
        _check(form)
        return self.ordered(request, BatchRows(batch, wanted=form.wanted), form)


class ExportDetail(ExportView):
    """One export."""

    @operation("export_read", "Read an export", scope=Scope.EXPORT_DATA, answers=ExportGiven)
    def get(self, request: ApiRequest, export_id: uuid.UUID) -> Response:
        """How far an export is, and where its file is once it is there."""
        return self.answer(self.find_export(request, export_id), ExportGiven)


class ExportCancelling(ExportView):
    """Cancelling an export."""

    @operation(
        "export_cancel", "Cancel an export", scope=Scope.EXPORT_DATA, answers=ExportGiven, errors=["INVALID_STATE"]
    )
    def post(self, request: ApiRequest, export_id: uuid.UUID) -> Response:
        """Stop an export of yours before it is ready; nothing of it is kept. Again changes nothing.

        So there is room for another one: a program may have five under way.
        """
        export = self.find_export(request, export_id)
        export_cancel(export=export, user=request.user)
        return self.answer(export, ExportGiven)


class ExportAgain(ExportView):
    """Making an export again."""

    @operation(
        "export_again",
        "Make an export again",
        scope=Scope.EXPORT_DATA,
        answers=ExportGiven,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, export_id: uuid.UUID) -> Response:
        """Have an export of yours that failed, was cancelled or has expired made again, by the same choices.

        The file holds the results as they are by then. Where what was exported has been deleted, it is refused.
        """
        export = self.find_export(request, export_id)
        export_retry(export=export, user=request.user)
        return self.answer(export, ExportGiven)


class ExportFile(ExportView):
    """The file of an export."""

    @operation(
        "export_download",
        "Fetch the file of an export",
        scope=Scope.EXPORT_DATA,
        answers=FILES,
        errors=["STORAGE_ERROR"],
    )
    def get(self, request: ApiRequest, export_id: uuid.UUID) -> Any:
        """The file of a ready export; 404 before, and once it has expired."""
        export = self.find_export(request, export_id)
        try:
            source_of(export)
        except SourceGone:
            raise Http404("What was exported has been deleted.") from None
        if not export.may_be_fetched(timezone.now()) or not default_storage.exists(export.file):
            raise Http404("The file of this export is not there, or not there any more.")
        response = FileResponse(default_storage.open(export.file, "rb"))
        response["Content-Length"] = str(export.bytes)
        return lock_down(response, export.export_format, export.name)


def _query(values: Mapping[str, Any]) -> QueryDict:
    """The values as the form of the pages takes them."""
    query = QueryDict(mutable=True)
    for name, value in values.items():
        if isinstance(value, bool):
            query[name] = "yes" if value else "no"
        elif isinstance(value, list):
            query.setlist(name, value)
        else:
            query[name] = str(value)
    return query


def _check_only(names: Sequence[str], columns: Sequence[Mapping[str, Any]]) -> None:
    """Raise ValidationError for a name that no input or field has: the form would take it apart at its commas."""
    known = {str(one["name"]) for one in columns if one["role"] in OF_ROLES}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValidationError({"only": [f"There is no input or field called “{unknown[0]:.100}”."]})


def _check(form: ExportForm | BatchExportForm) -> None:
    """Raise ValidationError with what is wrong, by field."""
    if not form.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
