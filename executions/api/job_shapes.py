"""What the endpoints about jobs and their retries give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from rest_framework import serializers

from accounts.api_keys.scopes import Scope
from executions.api.execution_shapes import EXECUTION_ID, ExecutionGiven
from executions.evaluation.verdict import EvaluationResult, Outcome, Reason
from executions.models import Execution, FailureType, FieldResult, JobStatus, RetryStatus
from mino.common.api.serializers import Given
from projects.api.rows import ROW_ID
from projects.models import Row

JOB_ID = "019c1a71-3c4d-7e5f-8a6b-7c8d9e0f1a2b"
KEY = "The row's key; empty where the batch has no column of keys."
OF_ROW = ("inputs", "truth")
VERDICTS = [one.value for one in EvaluationResult]
OUTCOMES = [one.value for one in Outcome]
REASONS = [one.value for one in Reason]


def all_of_row_but(names: Collection[str], way: str) -> list[str]:
    """What to leave where it is of a row that is read along for these of its fields; `way` leads to the row."""
    return [f"{way}__{field.name}" for field in Row._meta.concrete_fields if field.name not in ("id", *names)]


def with_key(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """What belongs to jobs, with the keys of their rows."""
    return queryset.select_related("job__row").defer(*all_of_row_but(["key"], "job__row"))


class FieldResultGiven(serializers.Serializer[Any]):
    """One cell of a result beside its truth."""

    column = serializers.CharField()
    expected = serializers.CharField(allow_null=True, help_text="The truth as it was compared; null: none is known.")
    extracted = serializers.JSONField(allow_null=True)
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    score = serializers.FloatField(allow_null=True, help_text="0 to 1; null where nothing could be compared.")
    reason = serializers.ChoiceField(choices=REASONS, allow_blank=True)
    explanation = serializers.CharField()


class JobGiven(Given):
    """The work on one row in an execution, and its result."""

    on_request: ClassVar[Collection[str]] = (
        "result",
        "sources",
        "own_instructions",
        "field_results",
        "inputs",
        "truth",
        "execution",
    )
    on_request_scope = Scope.READ_RESULTS
    example: ClassVar[Any] = {
        "id": JOB_ID,
        "execution_id": EXECUTION_ID,
        "row_id": ROW_ID,
        "key": "kettle-1",
        "position": 3,
        "row_position": 3,
        "repeat": 1,
        "url": "https://shop.example/kettle",
        "status": "completed",
        "progress": 100,
        "step": "",
        "has_ground_truth": True,
        "evaluation_result": "fail",
        "outcomes": {"title": "correct", "price": "wrong"},
        "good_fields": 1,
        "gradable_fields": 2,
        "accuracy": 0.5,
        "attempts": 1,
        "retry_count": 0,
        "requeue_count": 0,
        "next_retry_at": None,
        "failure_type": "",
        "error_code": "",
        "error_message": "",
        "agent_seconds": 4.2,
        "cost": 0.012,
        "created_at": "2026-01-09T14:30:00Z",
        "started_at": "2026-01-09T14:30:02Z",
        "finished_at": "2026-01-09T14:30:07Z",
    }

    id = serializers.UUIDField()
    execution_id = serializers.UUIDField(required=False)
    row_id = serializers.UUIDField(required=False)
    key = serializers.SerializerMethodField(required=False, help_text=KEY)
    position = serializers.IntegerField(required=False, help_text="Place in the order of the execution, from 1.")
    row_position = serializers.IntegerField(required=False, help_text="Place of the row in the batch, from 1.")
    repeat = serializers.IntegerField(required=False, help_text="Which time of several the row is run.")
    url = serializers.CharField(required=False, help_text="The address as it was run.")
    status = serializers.ChoiceField(choices=JobStatus.choices, required=False)
    progress = serializers.IntegerField(allow_null=True, required=False, help_text="Percent, where the agent tells it.")
    step = serializers.CharField(required=False, help_text="What the agent does now, or did last.")
    has_ground_truth = serializers.BooleanField(required=False)
    evaluation_result = serializers.ChoiceField(
        choices=VERDICTS, allow_null=True, required=False, help_text="Null: there is no verdict yet, or no result."
    )
    outcomes = serializers.DictField(
        child=serializers.ChoiceField(choices=OUTCOMES), required=False, help_text="By column."
    )
    good_fields = serializers.IntegerField(required=False)
    gradable_fields = serializers.IntegerField(required=False)
    accuracy = serializers.FloatField(allow_null=True, required=False, help_text="0 to 1.")
    attempts = serializers.IntegerField(required=False)
    retry_count = serializers.IntegerField(required=False)
    requeue_count = serializers.IntegerField(required=False, help_text="How often somebody had it run again.")
    next_retry_at = serializers.DateTimeField(allow_null=True, required=False)
    failure_type = serializers.ChoiceField(choices=FailureType.choices, allow_blank=True, required=False)
    error_code = serializers.CharField(required=False)
    error_message = serializers.CharField(required=False)
    agent_seconds = serializers.FloatField(allow_null=True, required=False, help_text="Without any waiting.")
    cost = serializers.FloatField(allow_null=True, required=False, help_text="In the currency of the execution.")
    result = serializers.JSONField(required=False, allow_null=True, help_text="The extracted values by field.")
    sources = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Where each value came from, by field."
    )
    own_instructions = serializers.CharField(
        required=False, help_text="What the row was run by in the place of the execution's instructions."
    )
    field_results = FieldResultGiven(many=True, required=False)
    inputs = serializers.DictField(
        source="row.inputs", child=serializers.CharField(), required=False, help_text="The row's inputs, as of today."
    )
    truth = serializers.DictField(
        source="row.truth",
        child=serializers.CharField(),
        required=False,
        help_text="The row's known truth by column, as of today; blank cells are left out.",
    )
    execution = ExecutionGiven(required=False)
    created_at = serializers.DateTimeField(required=False)
    started_at = serializers.DateTimeField(allow_null=True, required=False)
    finished_at = serializers.DateTimeField(allow_null=True, required=False)

    def get_key(self, job: Any) -> str:
        """The key, as it was read along."""
        return str(job.row_key if hasattr(job, "row_key") else job.row.key)

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With execution, row and the cells of today's scoring; what is large comes along only when it is asked for."""
        large = [name for name in ("result", "sources", "own_instructions") if name not in fields]
        queryset = queryset.defer(*large)
        if "field_results" in fields:
            queryset = queryset.prefetch_related(
                Prefetch("field_results", FieldResult.objects.current().order_by("job_id", "column"))
            )
        if "key" in fields:  # no join: a list that has to be sorted would join all of it first
            queryset = queryset.annotate(
                row_key=Subquery(Row.objects.filter(pk=OuterRef("row")).order_by().values("key"))
            )
        if of_row := [name for name in OF_ROW if name in fields]:
            queryset = queryset.select_related("row").defer(*all_of_row_but(of_row, "row"))
        if "execution" in fields:
            executions = ExecutionGiven.load(Execution.objects.all(), ExecutionGiven.usual_fields())
            queryset = queryset.prefetch_related(Prefetch("execution", executions))
        return queryset


class ResultGiven(JobGiven):
    """A completed job with what was extracted."""

    on_request = tuple(name for name in JobGiven.on_request if name not in ("result", "field_results"))
    example: ClassVar[Any] = {**JobGiven.example, "result": {"title": "Kettle", "price": "22.40"}}


class ControlledJob(JobGiven):
    """The job as it is after an act on it, and how many jobs that touched."""

    example: ClassVar[Any] = {**JobGiven.example, "status": "queued", "affected_jobs": 1}

    affected_jobs = serializers.SerializerMethodField(required=False)

    def get_affected_jobs(self, job: Any) -> int:
        """1, or 0 where the job was in that state already or in one that the act leaves alone."""
        return int(self.context["affected_jobs"])


class RetryGiven(Given):
    """A further attempt that is due at a moment."""

    example: ClassVar[Any] = {
        "id": "019c1a73-5e6f-7a7b-8c8d-9e0f1a2b3c4d",
        "job_id": JOB_ID,
        "execution_id": EXECUTION_ID,
        "url": "https://shop.example/kettle",
        "row_position": 3,
        "attempt_number": 1,
        "status": "pending",
        "scheduled_for": "2026-01-09T14:31:00Z",
        "error_code": "TIMEOUT",
        "error_message": "The page did not load within 120 s.",
    }

    id = serializers.UUIDField()
    job_id = serializers.UUIDField(required=False)
    execution_id = serializers.UUIDField(required=False)
    url = serializers.CharField(source="job.url", required=False)
    row_position = serializers.IntegerField(source="job.row_position", required=False)
    attempt_number = serializers.IntegerField(required=False, help_text="The first retry is 1.")
    status = serializers.ChoiceField(choices=RetryStatus.choices, required=False)
    scheduled_for = serializers.DateTimeField(required=False)
    error_code = serializers.CharField(required=False, help_text="Why the attempt before failed.")
    error_message = serializers.CharField(required=False)

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the job's address and place."""
        return (
            queryset.select_related(None)
            .select_related("job")
            .only(
                "job_id",
                "execution_id",
                "attempt_number",
                "status",
                "scheduled_for",
                "error_code",
                "error_message",
                "job__url",
                "job__row_position",
            )
        )
