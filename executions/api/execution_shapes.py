"""What the endpoints about executions take and give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from accounts.api.fields import AUTHOR, Author, with_author
from accounts.api_keys.scopes import Scope
from executions.models import ColumnStatistic, Execution, ExecutionStatus, ExecutionType, SampleMethod
from executions.services.completion import first_completion
from mino.common.api.serializers import Given
from mino.common.values.columns import ColumnRole, ColumnType
from projects.api.matching_options import MatchingOptionsGiven

EXECUTION_ID = "019c1a70-2b3c-7d4e-8f5a-6b7c8d9e0f1a"
SHARE = {"value": 0.93, "n": 600, "low": 0.905, "high": 0.948}


class ShareGiven(serializers.Serializer[Any]):
    """A share, 0 to 1, of `n`, with its 95 % interval. All but `n` are null when `n` is 0."""

    value = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class JobCounts(serializers.Serializer[Any]):
    """How many jobs there are, by status. Until `prepared` reaches `total`, some of them don't exist yet."""

    total = serializers.IntegerField(source="total_jobs")
    prepared = serializers.IntegerField(source="prepared_jobs")
    queued = serializers.IntegerField(source="queued_jobs")
    running = serializers.IntegerField(source="running_jobs")
    retrying = serializers.IntegerField(source="retrying_jobs")
    completed = serializers.IntegerField(source="completed_jobs")
    error = serializers.IntegerField(source="error_jobs")
    skipped = serializers.IntegerField(source="skipped_jobs")
    stopped = serializers.IntegerField(source="stopped_jobs")


class ResultCounts(serializers.Serializer[Any]):
    """How many results there are, by verdict."""

    passed = serializers.IntegerField(source="passed_jobs")
    failed = serializers.IntegerField(source="failed_jobs")
    not_gradable = serializers.IntegerField(source="not_gradable_jobs")


class CompletedCounts(serializers.Serializer[Any]):
    """How many jobs there were, by the status that they ended in."""

    total = serializers.IntegerField(source="total_jobs")
    completed = serializers.IntegerField(source="completed_jobs")
    error = serializers.IntegerField(source="error_jobs")
    skipped = serializers.IntegerField(source="skipped_jobs")
    stopped = serializers.IntegerField(source="stopped_jobs")


class CompletionGiven(serializers.Serializer[Any]):
    """The figures of an execution when it first completed."""

    finished_at = serializers.DateTimeField()
    jobs = CompletedCounts(source="*")
    results = ResultCounts(source="*")
    accuracy = ShareGiven()
    first_attempt_accuracy = ShareGiven()
    pass_rate = ShareGiven()
    cost = serializers.FloatField()

    def to_representation(self, instance: Execution) -> Any:
        """The figures; None before the first completion."""
        then = first_completion(instance)
        return None if then is None else super().to_representation(then)


class ColumnFigures(serializers.Serializer[Any]):
    """The outcomes of one column."""

    column = serializers.CharField()
    correct = serializers.IntegerField()
    correctly_empty = serializers.IntegerField()
    wrong = serializers.IntegerField()
    missed = serializers.IntegerField()
    invented = serializers.IntegerField()
    not_gradable = serializers.IntegerField()
    accuracy = ShareGiven()


class FrozenColumn(serializers.Serializer[Any]):
    """A column as it was when the execution began."""

    name = serializers.CharField(required=False)
    type = serializers.ChoiceField(choices=[kind.value for kind in ColumnType], required=False)
    role = serializers.ChoiceField(choices=[role.value for role in ColumnRole], required=False)
    options = MatchingOptionsGiven(required=False, help_text="Of ground truth: how its cells were compared at first.")


class ExecutionGiven(Given):
    """One run of an instruction version by an agent over rows of a batch."""

    on_request = ("instructions", "columns", "selection", "column_figures", "project_name", "batch_name")
    on_request_scope = Scope.READ_RESULTS
    example: ClassVar[Any] = {
        "id": EXECUTION_ID,
        "number": 42,
        "project_id": "019c1a60-0a10-7b52-8d3e-6f7a8b9c0d1e",
        "batch_id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "instruction_version": 2,
        "type": "test",
        "status": "running",
        "status_code": "",
        "status_reason": "",
        "agent": "local",
        "agent_settings": {"render": "auto"},
        "timeout": 120,
        "sample_method": "all",
        "sample_size": None,
        "seed": None,
        "repeats": 1,
        "pair_id": None,
        "pair_place": None,
        "concurrency": 5,
        "effective_concurrency": 5,
        "max_retries": 3,
        "budget": 20.0,
        "currency": "USD",
        "cost": 3.62,
        "estimated_cost_low": 5.1,
        "estimated_cost_high": 9.4,
        "jobs": {
            "total": 1200,
            "prepared": 1200,
            "queued": 893,
            "running": 5,
            "retrying": 2,
            "completed": 296,
            "error": 4,
            "skipped": 0,
            "stopped": 0,
        },
        "results": {"passed": 254, "failed": 40, "not_gradable": 2},
        "accuracy": SHARE,
        "first_attempt_accuracy": {"value": 0.91, "n": 588, "low": 0.883, "high": 0.931},
        "pass_rate": {"value": 0.864, "n": 294, "low": 0.82, "high": 0.898},
        "error_counts": {"PAGE_NOT_FOUND": 3, "TIMEOUT": 1},
        "first_completion": None,
        "mino_version": "0.1.0",
        "created_at": "2026-01-09T14:30:00Z",
        "started_at": "2026-01-09T14:30:01Z",
        "paused_at": None,
        "paused_by": None,
        "finished_at": None,
        "updated_at": "2026-01-09T14:41:12Z",
        "created_by": AUTHOR,
    }

    id = serializers.UUIDField()
    number = serializers.IntegerField(required=False, help_text="Counts within the organization.")
    project_id = serializers.UUIDField(required=False)
    batch_id = serializers.UUIDField(required=False)
    project_name = serializers.CharField(source="project.name", required=False)
    batch_name = serializers.CharField(source="batch.name", required=False)
    instruction_version = serializers.IntegerField(
        source="instruction_version.number", required=False, help_text="Number of the version that is used."
    )
    type = serializers.ChoiceField(choices=ExecutionType.choices, required=False)
    status = serializers.ChoiceField(choices=ExecutionStatus.choices, required=False)
    status_code = serializers.CharField(required=False, help_text="Why it is paused or failed, for programs.")
    status_reason = serializers.CharField(required=False, help_text="The same for people.")
    agent = serializers.CharField(required=False)
    agent_settings = serializers.DictField(required=False)
    timeout = serializers.IntegerField(required=False, help_text="Seconds for one attempt.")
    sample_method = serializers.ChoiceField(choices=SampleMethod.choices, required=False)
    sample_size = serializers.IntegerField(allow_null=True, required=False)
    seed = serializers.IntegerField(allow_null=True, required=False)
    selection = serializers.ListField(
        child=serializers.IntegerField(), allow_null=True, required=False, help_text="Positions of the chosen rows."
    )
    repeats = serializers.IntegerField(required=False)
    pair_id = serializers.UUIDField(
        allow_null=True, required=False, help_text="The paired run that it is one of the two of."
    )
    pair_place = serializers.IntegerField(allow_null=True, required=False, help_text="1 or 2.")
    concurrency = serializers.IntegerField(required=False)
    effective_concurrency = serializers.IntegerField(
        required=False, help_text="Lower than `concurrency` while the agent asks for fewer requests."
    )
    max_retries = serializers.IntegerField(required=False)
    budget = serializers.FloatField(allow_null=True, required=False)
    currency = serializers.CharField(required=False)
    cost = serializers.FloatField(required=False, help_text="What the agent has cost so far.")
    estimated_cost_low = serializers.FloatField(allow_null=True, required=False)
    estimated_cost_high = serializers.FloatField(allow_null=True, required=False)
    jobs = JobCounts(source="*", required=False)
    results = ResultCounts(source="*", required=False)
    accuracy = ShareGiven(required=False, help_text="Good fields of the gradable ones.")
    first_attempt_accuracy = ShareGiven(
        required=False,
        help_text="The same, of rows that were neither retried nor queued again.",
    )
    pass_rate = ShareGiven(required=False, help_text="Passed jobs of those with a verdict.")
    error_counts = serializers.DictField(
        child=serializers.IntegerField(), required=False, help_text="Failed jobs by error code."
    )
    first_completion = CompletionGiven(
        source="*",
        allow_null=True,
        required=False,
        help_text="The figures that it had when it first completed; null: it has not. Rows that ran again later, and "
        "changes of the truth, have changed today's alone.",
    )
    mino_version = serializers.CharField(required=False, help_text="Of the MINO that started it.")
    instructions = serializers.CharField(required=False)
    columns = FrozenColumn(many=True, required=False, help_text="The columns as they were frozen.")
    column_figures = ColumnFigures(source="column_statistics", many=True, required=False)
    created_at = serializers.DateTimeField(required=False)
    started_at = serializers.DateTimeField(allow_null=True, required=False)
    paused_at = serializers.DateTimeField(allow_null=True, required=False)
    paused_by = Author(person="paused_by", key="paused_by_key", help_text="Who paused it last.")
    finished_at = serializers.DateTimeField(allow_null=True, required=False)
    updated_at = serializers.DateTimeField(required=False)
    created_by = Author()

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With author and version; what is large comes along only when it is asked for."""
        queryset = with_author(queryset, fields)
        if "paused_by" in fields:
            queryset = queryset.select_related("paused_by", "paused_by_key")
        for name in ("project", "batch"):
            if f"{name}_name" in fields:
                queryset = queryset.select_related(name)
        if "selection" in fields:
            queryset = queryset.defer(None)
        queryset = queryset.defer(*[name for name in ("instructions", "columns", "selection") if name not in fields])
        if "instruction_version" in fields:
            queryset = queryset.select_related("instruction_version").defer("instruction_version__text")
        if "column_figures" in fields:
            figures = ColumnStatistic.objects.select_related("execution").only(
                *(field.name for field in ColumnStatistic._meta.concrete_fields), "execution__repeats"
            )
            queryset = queryset.prefetch_related(Prefetch("column_statistics", figures.order_by("position")))
        return queryset


class ControlledExecution(ExecutionGiven):
    """The execution as it is after a control, and how many jobs that touched."""

    example: ClassVar[Any] = {**ExecutionGiven.example, "affected_jobs": 895}

    affected_jobs = serializers.SerializerMethodField(required=False)

    def get_affected_jobs(self, execution: Any) -> int:
        """How many jobs were touched."""
        return int(self.context["affected_jobs"])
