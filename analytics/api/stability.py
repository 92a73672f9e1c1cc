"""How stable answers are: repeats within an execution, and rows over all executions of their batch."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from analytics.models import RowHistory, RowKind
from analytics.repeats.rows import RepeatedRow, is_flaky
from executions.api.execution_shapes import EXECUTION_ID, SHARE, ShareGiven
from executions.api.finding import find_execution
from executions.api.job_shapes import JOB_ID, VERDICTS
from executions.models import Job, JobStatus
from executions.queries.repeats import steadiness
from mino.common.api.cursors import Key
from mino.common.api.filters import ListFilter, WordFilter, YesNoFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given
from projects.api.finding import find_batch, find_project
from projects.api.rows import ROW_ID
from projects.models import Batch

REPEATS = ["once", "running", "computing", "ready"]


class PassingGiven(serializers.Serializer[Any]):
    """pass@k: the share of rows of which at least one of `k` runs passes."""

    k = serializers.IntegerField()
    share = ShareGiven()
    sites = serializers.IntegerField(help_text="Over so many sites; the interval draws whole sites.")


class RepeatsGiven(Given):
    """What running each row several times tells."""

    example: ClassVar[Any] = {
        "id": EXECUTION_ID,
        "repeats": 3,
        "status": "ready",
        "passing": [{"k": 1, "share": SHARE, "sites": 120}],
        "flaky": {"value": 0.08, "n": 290, "low": 0.054, "high": 0.117},
        "agreeing": {"value": 0.87, "n": 296, "low": 0.827, "high": 0.904},
    }

    id = serializers.UUIDField(help_text="Of the execution.")
    repeats = serializers.IntegerField(required=False, help_text="How often each row is run.")
    status = serializers.ChoiceField(
        choices=REPEATS,
        required=False,
        help_text="`once`: rows are run once, so that there is nothing to tell; `running`: the execution has not "
        "ended; `computing`: a worker computes the figures.",
    )
    passing = PassingGiven(many=True, required=False)
    flaky = ShareGiven(allow_null=True, required=False, help_text="Rows of which some runs passed and some did not.")
    agreeing = ShareGiven(allow_null=True, required=False, help_text="Rows of which all runs gave the same answer.")


class RepeatGiven(serializers.Serializer[Any]):
    """One of the runs of a row."""

    job_id = serializers.UUIDField(source="pk")
    repeat = serializers.IntegerField()
    status = serializers.ChoiceField(choices=JobStatus.choices)
    evaluation_result = serializers.ChoiceField(choices=VERDICTS, allow_null=True)


class RepeatedRowGiven(Given):
    """A row with its runs side by side."""

    example: ClassVar[Any] = {
        "row_id": ROW_ID,
        "row_position": 3,
        "url": "https://shop.example/kettle",
        "passed": 1,
        "graded": 2,
        "different_answers": 2,
        "runs": [
            {"job_id": JOB_ID, "repeat": 1, "status": "completed", "evaluation_result": "pass"},
            {
                "job_id": "019c1a71-4d5e-7f6a-9b7c-8d9e0f1a2b3c",
                "repeat": 2,
                "status": "completed",
                "evaluation_result": "fail",
            },
        ],
    }

    row_id = serializers.UUIDField(required=False)
    row_position = serializers.IntegerField(required=False)
    url = serializers.CharField(required=False)
    passed = serializers.SerializerMethodField(required=False)
    graded = serializers.SerializerMethodField(required=False)
    different_answers = serializers.SerializerMethodField(required=False)
    runs = serializers.SerializerMethodField(required=False)

    def get_passed(self, job: Job) -> int:
        """How many of its runs passed."""
        return _runs(job).passed

    def get_graded(self, job: Job) -> int:
        """How many could be graded."""
        return _runs(job).graded

    def get_different_answers(self, job: Job) -> int:
        """How many different answers were given."""
        return _runs(job).answers

    @extend_schema_field(RepeatGiven(many=True))
    def get_runs(self, job: Job) -> Any:
        """The runs in their order."""
        return RepeatGiven(_runs(job).jobs, many=True).data


def _runs(job: Any) -> RepeatedRow:
    return RepeatedRow(job.row.runs)


class RowHistoryGiven(Given):
    """All results of a row over all executions of its batch, under the same truth and matching options."""

    example: ClassVar[Any] = {
        "row_id": ROW_ID,
        "batch_id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "row_position": 3,
        "url": "https://shop.example/kettle",
        "kind": "flaky",
        "graded": 8,
        "passed": 5,
        "failed": 3,
        "error": 1,
        "flips": 4,
        "answers": 8,
        "different_answers": 3,
        "agreement": 0.43,
    }

    row_id = serializers.UUIDField(required=False)
    batch_id = serializers.UUIDField(required=False)
    row_position = serializers.IntegerField(source="row.position", required=False)
    url = serializers.CharField(source="row.url", required=False)
    kind = serializers.ChoiceField(choices=RowKind.choices, required=False)
    graded = serializers.IntegerField(required=False)
    passed = serializers.IntegerField(source="passes", required=False)
    failed = serializers.IntegerField(source="fails", required=False)
    error = serializers.IntegerField(source="errors", required=False, help_text="Runs without an answer.")
    flips = serializers.IntegerField(required=False, help_text="How often the verdict changed from one to the next.")
    answers = serializers.IntegerField(required=False)
    different_answers = serializers.IntegerField(source="distinct_answers", required=False)
    agreement = serializers.SerializerMethodField(
        required=False, help_text="The share of pairs of answers that are the same, whatever the truth; null: no pair."
    )

    def get_agreement(self, history: RowHistory) -> float | None:
        """The share."""
        return history.agreeing / history.pairs if history.pairs else None

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the rows."""
        return queryset.select_related("row") if {"row_position", "url"} & set(fields) else queryset


class RepeatedRowFilter(ListFilter):
    """What the repeated rows can be narrowed to."""

    flaky = YesNoFilter(method="are_flaky", help_text="Whether some of their runs passed and some did not.")

    def are_flaky(self, jobs: QuerySet[Job], name: str, value: bool) -> QuerySet[Job]:
        """The flaky ones, or the others."""
        return jobs.filter(is_flaky()) if value else jobs.exclude(is_flaky())


class RowHistoryFilter(ListFilter):
    """What the histories can be narrowed to."""

    kind = WordFilter(choices=RowKind.choices, help_text="Left out: `flaky`.")


REPEATED = Listing(
    RepeatedRowGiven,
    {"position": Key("position")},
    default="position",
    filters=RepeatedRowFilter,
    last_key="position",
)
HISTORIES = Listing(
    RowHistoryGiven, {"flips": Key("flips")}, default="-flips", filters=RowHistoryFilter, last_key="row_id"
)


class ExecutionRepeats(ApiView):
    """The repeats of an execution."""

    heading = "Analytics"

    @operation(
        "execution_repeats_read",
        "Read what repeats tell",
        scope=Scope.READ_RESULTS,
        answers=RepeatsGiven,
        takes_time=True,
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """How steady the answers of an execution are that ran each row several times: pass@1 to pass@k, and the shares
        of rows that are flaky, and that always gave the same answer.

        Computed by a worker once the execution has ended: 202 with `Retry-After` while the status is `computing`. Of
        one that has not ended nothing is computed yet: 200 with `running`; wait for the execution first.
        """
        execution = find_execution(request, execution_id)
        told = steadiness(execution)
        if told is not None:
            status = "ready"
        elif execution.repeats == 1:
            status = "once"
        else:
            status = "computing" if execution.is_finished else "running"
        answer: dict[str, Any] = {
            "id": execution.pk,
            "repeats": execution.repeats,
            "status": status,
            "passing": [{"k": k, "share": share, "sites": sites} for k, share, sites in (told.passing if told else [])],
            "flaky": told.flaky if told else None,
            "agreeing": told.agreeing if told else None,
        }
        return self.in_time(self.answer(answer, RepeatsGiven), is_done=status != "computing")


class RepeatedRows(ApiView):
    """The rows of an execution with their repeats."""

    heading = "Analytics"

    @operation("repeated_row_list", "List rows with their repeats", scope=Scope.READ_RESULTS, listing=REPEATED)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """The rows of an execution in its order, each with all of its runs; `flaky=true` has those whose verdicts
        differ."""
        execution = find_execution(request, execution_id)
        of_row = Job.objects.filter(execution=execution).only(*RUN_FIELDS).order_by("repeat")
        first = Job.objects.filter(execution=execution, repeat=1).only("position", "row_position", "url", "row__id")
        runs = Prefetch("row__jobs", of_row, to_attr="runs")
        return self.page(first.select_related("row").prefetch_related(runs))


RUN_FIELDS = ("row", "repeat", "status", "evaluation_result", "result")


def of_kind(histories: QuerySet[RowHistory], query: QueryDict) -> QuerySet[RowHistory]:
    """The flaky ones, unless the address names a kind, by which the filter then narrows them."""
    return histories if "kind" in query else histories.filter(kind=RowKind.FLAKY)


class BatchRowHistories(ApiView):
    """The rows of a batch."""

    heading = "Analytics"

    @operation(
        "batch_row_history_list", "List a batch's rows by all results", scope=Scope.READ_RESULTS, listing=HISTORIES
    )
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """The rows of a batch of one `kind`, over all executions, those whose verdicts flip most first.

        Computed within a minute after an execution has ended.
        """
        histories = RowHistory.objects.filter(batch=find_batch(request, batch_id))
        return self.page(of_kind(histories, request.query))


class ProjectRowHistories(ApiView):
    """The rows of a project."""

    heading = "Analytics"

    @operation(
        "project_row_history_list", "List a project's rows by all results", scope=Scope.READ_RESULTS, listing=HISTORIES
    )
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """The rows of all batches of a project of one `kind`, those whose verdicts flip most first.

        Computed within a minute after an execution has ended.
        """
        project = find_project(request, project_id)
        batches = Batch.objects.visible_to(request.user).filter(project=project)
        histories = RowHistory.objects.filter(project=project, batch__in=batches)
        return self.page(of_kind(histories, request.query))
