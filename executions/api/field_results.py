"""Field results: all cells of an execution beside their truth, as one list."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.api.finding import find_execution, refuse_column_not_compared
from executions.api.job_shapes import JOB_ID, KEY, OUTCOMES, REASONS, with_key
from executions.evaluation.verdict import Outcome
from executions.models import FieldResult, Job
from mino.common.api.cursors import Key
from mino.common.api.filters import IdFilter, ListFilter, NameFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given
from projects.api.rows import ROW_ID

SHOWN_OF_JOB = ("id", "execution", "row", "position", "row_position", "repeat", "url")
REST_OF_JOB = [f"job__{field.name}" for field in Job._meta.concrete_fields if field.name not in SHOWN_OF_JOB]


class PlacedFieldResultGiven(Given):
    """One cell of a result beside its truth, with where it stands."""

    example: ClassVar[Any] = {
        "id": "019c1a74-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "job_id": JOB_ID,
        "row_id": ROW_ID,
        "key": "kettle-1",
        "position": 3,
        "row_position": 3,
        "repeat": 1,
        "url": "https://shop.example/kettle",
        "column": "price",
        "expected": "24.50",
        "extracted": "22.40",
        "outcome": "wrong",
        "score": 0.0,
        "reason": "value_mismatch",
        "explanation": "22.40 is not 24.50.",
    }

    id = serializers.UUIDField()
    job_id = serializers.UUIDField(required=False)
    row_id = serializers.UUIDField(source="job.row_id", required=False)
    key = serializers.CharField(source="job.row.key", required=False, help_text=KEY)
    position = serializers.IntegerField(
        source="job.position", required=False, help_text="Place of the job in the order of the execution, from 1."
    )
    row_position = serializers.IntegerField(
        source="job.row_position", required=False, help_text="Place of the row in the batch, from 1."
    )
    repeat = serializers.IntegerField(source="job.repeat", required=False)
    url = serializers.CharField(source="job.url", required=False, help_text="The address as it was run.")
    column = serializers.CharField(required=False)
    expected = serializers.CharField(
        allow_null=True, required=False, help_text="The truth as it was compared; null: none is known."
    )
    extracted = serializers.JSONField(allow_null=True, required=False)
    outcome = serializers.ChoiceField(choices=OUTCOMES, required=False)
    score = serializers.FloatField(
        allow_null=True, required=False, help_text="0 to 1; null where nothing could be compared."
    )
    reason = serializers.ChoiceField(choices=REASONS, allow_blank=True, required=False)
    explanation = serializers.CharField(required=False)

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the job's place and the row's key, and no more of them."""
        queryset = queryset.select_related("job").defer(*REST_OF_JOB)
        return with_key(queryset) if "key" in fields else queryset


class FieldResultFilter(ListFilter):
    """What the cells of an execution can be narrowed to."""

    column = NameFilter(method="of_column", help_text="The whole name of a column.")
    outcome = WordsFilter(method="of_outcome", choices=[(one, one) for one in OUTCOMES])
    reason = WordsFilter(method="of_reason", choices=[(one, one) for one in REASONS])
    job_id = IdFilter(field_name="job")
    row_id = IdFilter(field_name="job__row")

    def of_column(self, cells: QuerySet[FieldResult], name: str, value: str) -> QuerySet[FieldResult]:
        """Those of the column. The execution is named as well: its index holds the cells by column and outcome."""
        return cells.filter(column=value, execution=F("job__execution"))

    def of_reason(self, cells: QuerySet[FieldResult], name: str, value: list[str]) -> QuerySet[FieldResult]:
        """Those that are wrong for one of the reasons."""
        return cells.filter(reason__in=value, outcome=Outcome.WRONG, execution=F("job__execution"))

    def of_outcome(self, cells: QuerySet[FieldResult], name: str, value: list[str]) -> QuerySet[FieldResult]:
        """Those with one of the outcomes."""
        return cells.filter(outcome__in=value, execution=F("job__execution"))


FIELD_RESULTS = Listing(
    PlacedFieldResultGiven,
    {"position": Key("job__position")},
    default="position",
    filters=FieldResultFilter,
    last_key="column",
)


class FieldResultList(ApiView):
    """The cells of an execution."""

    heading = "Executions"

    @operation("field_result_list", "List field results", scope=Scope.READ_RESULTS, listing=FIELD_RESULTS)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """All cells of all results of an execution, in the order of its jobs and of the names of columns.

        Jobs without a result have no cells: an error is neither right nor wrong. They are in the list of jobs.
        """
        execution = find_execution(request, execution_id)
        refuse_column_not_compared(request.query, execution)
        return self.page(FieldResult.objects.current().filter(job__execution=execution))
