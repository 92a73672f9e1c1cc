"""What the endpoints about failure patterns take and give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_keys.scopes import Scope
from analytics.models import PatternKind, PatternState, PatternTrend
from analytics.patterns.presenting import ExampleCell, example_cells
from analytics.patterns.services import SEARCHES, remedy_for
from analytics.patterns.words import explained, title_of
from executions.api.execution_shapes import EXECUTION_ID, ShareGiven
from mino.common.api.fields import Integer
from mino.common.api.serializers import Given, Taken
from projects.api.shapes import PROJECT_ID


class PatternGiven(Given):
    """A way in which cells or rows fail again and again. The figures are those of `last_execution_id`."""

    example: ClassVar[Any] = {
        "id": "019c1a90-7a8b-7c9d-8e0f-1a2b3c4d5e6f",
        "project_id": PROJECT_ID,
        "kind": "attribute",
        "title": "Fails on shop.example",
        "explanation": "Cells of “price” are not right on shop.example more often than elsewhere, by more than chance "
        "explains.",
        "column": "price",
        "failing": "cell",
        "key": "domain",
        "value": "shop.example",
        "state": "open",
        "trend": "rising",
        "frequency": 30,
        "share": {"value": 0.75, "n": 40, "low": 0.598, "high": 0.858},
        "lift": 6.2,
        "weight": 25,
        "first_seen_at": "2026-01-05T10:00:00Z",
        "last_seen_at": "2026-01-09T15:00:00Z",
        "last_execution_id": EXECUTION_ID,
    }

    id = serializers.UUIDField()
    project_id = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=PatternKind.choices, required=False)
    title = serializers.SerializerMethodField(required=False)
    explanation = serializers.SerializerMethodField(required=False)
    column = serializers.CharField(required=False, help_text="Empty where whole rows fail.")
    failing = serializers.CharField(required=False, help_text="A failure type, `cell`, `row`, or an error code.")
    key = serializers.CharField(required=False, help_text="The shape of wrong values, or the attribute.")
    value = serializers.CharField(required=False, help_text="The value of `key`.")
    state = serializers.ChoiceField(choices=PatternState.choices, required=False)
    trend = serializers.ChoiceField(choices=PatternTrend.choices, allow_blank=True, required=False)
    frequency = serializers.IntegerField(required=False, help_text="How often it fails.")
    share = ShareGiven(required=False, help_text="How often it fails of how often it could.")
    lift = serializers.FloatField(
        allow_null=True, required=False, help_text="How many times as often as elsewhere, for attributes."
    )
    weight = serializers.IntegerField(required=False, help_text="How many rows more than usual it costs.")
    first_seen_at = serializers.DateTimeField(allow_null=True, required=False)
    last_seen_at = serializers.DateTimeField(allow_null=True, required=False)
    last_execution_id = serializers.UUIDField(allow_null=True, required=False)

    def get_title(self, pattern: Any) -> str:
        """The pattern in a few words."""
        return title_of(pattern)

    def get_explanation(self, pattern: Any) -> str:
        """What it means, in a sentence."""
        return explained(pattern)


class RemedyGiven(serializers.Serializer[Any]):
    """What may be done about a pattern."""

    advice = serializers.CharField()
    instruction = serializers.CharField(allow_blank=True, help_text="A sentence for the instructions; empty: none.")
    option = serializers.CharField(
        allow_blank=True, help_text="The matching option to set where values are good enough as they are."
    )
    settings = serializers.BooleanField(help_text="Whether such rows are better run with other settings.")


class ExampleGiven(serializers.Serializer[Any]):
    """A row that showed the pattern, with the cell where the pattern is about cells."""

    job_id = serializers.UUIDField(source="job.pk")
    row_id = serializers.UUIDField(source="job.row_id")
    row_position = serializers.IntegerField(source="job.row_position")
    url = serializers.CharField(source="job.url")
    column = serializers.CharField(allow_blank=True)
    expected = serializers.SerializerMethodField()
    extracted = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()
    error_code = serializers.CharField(source="job.error_code", allow_blank=True)
    error_message = serializers.CharField(source="job.error_message", allow_blank=True)

    def get_expected(self, example: ExampleCell) -> str | None:
        """The truth, null where none is known."""
        return example.cell.expected if example.cell else None

    @extend_schema_field(OpenApiTypes.ANY)
    def get_extracted(self, example: ExampleCell) -> Any:
        """What was extracted."""
        return example.cell.extracted if example.cell else None

    def get_explanation(self, example: ExampleCell) -> str:
        """Why it is not right."""
        return example.cell.explanation if example.cell else ""


class PatternDetailGiven(PatternGiven):
    """A pattern with what may be done about it."""

    on_request = ("examples",)
    on_request_scope = Scope.READ_RESULTS
    example: ClassVar[Any] = {
        **PatternGiven.example,
        "remedy": {
            "advice": "Open a row of this site: it may block agents, hide values behind scripts, or call them by other "
            "names. Its rows can be run by a browser, or have instructions of their own.",
            "instruction": "",
            "option": "",
            "settings": True,
        },
    }

    remedy = serializers.SerializerMethodField(required=False)
    examples = serializers.SerializerMethodField(
        required=False, help_text="At most ten of the newest execution that showed it."
    )

    @extend_schema_field(RemedyGiven)
    def get_remedy(self, pattern: Any) -> Any:
        """What may be done about it."""
        return RemedyGiven(remedy_for(pattern, self.context["latest"])).data

    @extend_schema_field(ExampleGiven(many=True))
    def get_examples(self, pattern: Any) -> Any:
        """Rows that showed it."""
        return ExampleGiven(example_cells(self.context["latest"]), many=True).data


class OccurrenceGiven(Given):
    """A pattern in one execution, also where it was looked for and not found."""

    example: ClassVar[Any] = {
        "id": "019c1a91-8b9c-7d0e-9f1a-2b3c4d5e6f7a",
        "pattern_id": PatternGiven.example["id"],
        "title": "Fails on shop.example",
        "column": "price",
        "execution_id": EXECUTION_ID,
        "execution_number": 42,
        "instruction_version": 2,
        "at": "2026-01-09T15:00:00Z",
        "is_found": True,
        "frequency": 30,
        "share": {"value": 0.75, "n": 40, "low": 0.598, "high": 0.858},
        "elsewhere": {"value": 0.12, "n": 300, "low": 0.088, "high": 0.162},
        "lift": 6.2,
        "lift_low": 4.4,
        "lift_high": 8.9,
        "q": 0.0001,
        "weight": 25,
        "most_often": [{"text": "from", "count": 12}],
    }

    id = serializers.UUIDField()
    pattern_id = serializers.UUIDField(required=False)
    title = serializers.SerializerMethodField(required=False)
    column = serializers.CharField(source="pattern.column", allow_blank=True, required=False)
    execution_id = serializers.UUIDField(required=False)
    execution_number = serializers.IntegerField(source="execution.number", required=False)
    instruction_version = serializers.IntegerField(source="execution.instruction_version.number", required=False)
    at = serializers.DateTimeField(required=False, help_text="When the execution ended.")
    is_found = serializers.BooleanField(required=False)
    frequency = serializers.IntegerField(required=False)
    share = ShareGiven(required=False, help_text="How often it fails of how often it could.")
    elsewhere = ShareGiven(source="other_share", required=False, help_text="The same outside, for attributes.")
    lift = serializers.FloatField(allow_null=True, required=False, help_text="How many times as often as elsewhere.")
    lift_low = serializers.FloatField(allow_null=True, required=False)
    lift_high = serializers.FloatField(allow_null=True, required=False)
    q = serializers.FloatField(
        allow_null=True, required=False, help_text="The p value, corrected for all attributes that were tested."
    )
    weight = serializers.IntegerField(required=False, help_text="How many rows more than usual it costs.")
    most_often = serializers.SerializerMethodField(required=False, help_text="The commonest texts of such cells.")

    def get_title(self, occurrence: Any) -> str:
        """The pattern in a few words."""
        return title_of(occurrence.pattern)

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "count": {"type": "integer"}},
                "required": ["text", "count"],
            },
        }
    )
    def get_most_often(self, occurrence: Any) -> Any:
        """The commonest texts with their counts."""
        return [{"text": str(text), "count": int(count)} for text, count in occurrence.details]

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With pattern, execution and version, without what is large."""
        related = queryset.select_related("pattern", "execution__instruction_version")
        return related.defer(
            "positions",
            "examples",
            "execution__instructions",
            "execution__columns",
            "execution__selection",
            "execution__instruction_version__text",
        )


class PatternSearchGiven(Given):
    """Whether the patterns of an execution were looked for."""

    example: ClassVar[Any] = {
        "id": EXECUTION_ID,
        "status": "done",
        "analysed_at": "2026-01-09T15:00:04Z",
        "rows": 300,
        "cells": 600,
        "tests": 41,
    }

    id = serializers.UUIDField(help_text="Of the execution.")
    status = serializers.ChoiceField(
        choices=SEARCHES,
        required=False,
        help_text="`failed`: it broke off again and again and was given up; what an earlier search found still stands. "
        "Start it again.",
    )
    analysed_at = serializers.DateTimeField(
        allow_null=True, required=False, help_text="When the patterns that are listed were found; null: never yet."
    )
    rows = serializers.IntegerField(required=False, help_text="That were looked at.")
    cells = serializers.IntegerField(required=False)
    tests = serializers.IntegerField(required=False, help_text="How many attributes were compared.")


class PatternRun(Taken):
    """How the rows of a pattern are to be run again."""

    example: ClassVar[Any] = {}

    instruction_version = Integer(
        min_value=1, required=False, help_text="Number of the version. Left out: as the execution that showed it last."
    )
