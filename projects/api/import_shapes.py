"""What imports look like in bodies and in answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.validators import RegexValidator
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import AUTHOR, Author, with_author
from mino.common.api.fields import Boolean, Choice, Identifier, Integer, Text
from mino.common.api.serializers import Given, SeveralTaken, Taken
from mino.common.values.columns import ColumnRole, ColumnType
from projects.api.batches import BATCH_ID
from projects.api.shapes import PROJECT_ID
from projects.importing.parse.dialect import ENCODING_NAMES
from projects.models import BatchImport, ImportStatus
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
        "bytes": 86412,
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
    bytes = serializers.IntegerField(source="size", required=False, help_text="Size of the file.")
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
