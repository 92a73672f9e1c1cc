"""Comparison of two executions: the figures, and the verdict."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from analytics.comparison.asking import why_not
from analytics.comparison.baselines import default_baseline, margin_of
from analytics.comparison.figures import LEFT_OUT
from analytics.comparison.guards import checks
from analytics.comparison.judging import judge_all
from analytics.comparison.services import comparison_of, figures_of
from analytics.models import ComparisonStatus
from analytics.statistics.paired import Difference
from analytics.statistics.verdict import Judgement, Verdict, judge
from executions.api.execution_shapes import EXECUTION_ID
from executions.api.finding import find_execution
from executions.models import Execution
from mino.common.api.errors import invalid
from mino.common.api.operation import operation
from mino.common.api.serializers import Given

VERDICTS = [one.value for one in Verdict]
DIFFERENCE = {
    "value": 0.08,
    "n": 300,
    "baseline": 0.84,
    "execution": 0.92,
    "became_right": 29,
    "became_wrong": 5,
    "low": 0.044,
    "high": 0.118,
    "p": 0.0004,
    "verdict": "better",
    "rows_needed": None,
}
BASELINE = OpenApiParameter(
    "baseline_id",
    {"type": "string", "format": "uuid"},
    description="The execution to compare with. Left out: the project's baseline, else the one before on the batch.",
)


class DifferenceGiven(serializers.Serializer[Any]):
    """The share of the execution minus that of the baseline, over the same `n`, with its 95 % interval."""

    value = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    baseline = serializers.FloatField(allow_null=True)
    execution = serializers.FloatField(allow_null=True)
    became_right = serializers.IntegerField()
    became_wrong = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    p = serializers.FloatField(allow_null=True, help_text="For columns as corrected for the number of columns.")
    verdict = serializers.ChoiceField(choices=VERDICTS)
    rows_needed = serializers.IntegerField(
        allow_null=True, help_text="For `unknown`: about how many rows would tell, where that can be estimated."
    )


class ColumnDifferenceGiven(DifferenceGiven):
    """The difference of one column."""

    column = serializers.CharField()


class CheckGiven(serializers.Serializer[Any]):
    """Something that was looked at before anything is concluded."""

    kind = serializers.ChoiceField(choices=["doubt", "note", "fine"])
    text = serializers.CharField()
    conclusion = serializers.CharField(allow_blank=True, help_text="What a doubt keeps one from concluding.")


class ComparisonGiven(Given):
    """An execution against a baseline, by the rows that both ran. Without figures while they are computed."""

    example: ClassVar[Any] = {
        "id": "019c1aa0-8b9c-7d0e-9f1a-2b3c4d5e6f7a",
        "status": "ready",
        "baseline_id": "019c1a70-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
        "execution_id": EXECUTION_ID,
        "rows_done": 0,
        "rows_total": 0,
        "verdict": "better",
        "margin": 0.02,
        "passing": DIFFERENCE,
        "accuracy": {**DIFFERENCE, "n": 600},
        "columns": [{**DIFFERENCE, "column": "price"}],
        "left_out": {"not_gradable": 900},
        "checks": [{"kind": "fine", "text": "The same rows, by the same truth.", "conclusion": ""}],
        "computed_at": "2026-01-09T15:10:00Z",
    }

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ComparisonStatus.choices, required=False)
    baseline_id = serializers.UUIDField(required=False)
    execution_id = serializers.UUIDField(required=False)
    rows_done = serializers.IntegerField(required=False, help_text="While it is computed: how far that is.")
    rows_total = serializers.IntegerField(required=False)
    verdict = serializers.ChoiceField(
        choices=VERDICTS, allow_null=True, required=False, help_text="By the rows that pass; null until it is ready."
    )
    margin = serializers.FloatField(
        required=False, help_text="Up to this difference, a share, two executions are the same in this project."
    )
    passing = DifferenceGiven(allow_null=True, required=False, help_text="Of the rows that pass.")
    accuracy = DifferenceGiven(allow_null=True, required=False, help_text="Of all cells together.")
    columns = ColumnDifferenceGiven(many=True, required=False)
    left_out = serializers.DictField(
        child=serializers.IntegerField(),
        required=False,
        help_text=f"Rows that could not be compared, by why: {', '.join(f'`{name}`' for name in LEFT_OUT)}.",
    )
    checks = CheckGiven(many=True, required=False)
    computed_at = serializers.DateTimeField(allow_null=True, required=False)


class ExecutionComparison(ApiView):
    """An execution against another one."""

    heading = "Analytics"

    @operation(
        "execution_compare",
        "Compare two executions",
        scope=Scope.READ_RESULTS,
        answers=ComparisonGiven,
        parameters=[BASELINE],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Whether an execution is better, worse, the same, or not yet known to differ, row by row against a baseline.

        Of large executions the figures are computed by a worker: ask again until `status` is `ready`. Figures that
        results or truth have changed since are computed again by themselves.
        """
        execution = find_execution(request, execution_id)
        baseline = _baseline(request, execution)
        if problem := why_not([baseline, execution]):
            raise invalid("baseline_id", problem)
        return self.answer(_compared(baseline, execution), ComparisonGiven)


def _baseline(request: ApiRequest, execution: Execution) -> Execution:
    """The execution to compare with. Raises ApiError where none is named or found."""
    text = request.query_params.get("baseline_id")
    if not text:
        found = default_baseline(execution)
        if found is None:
            raise invalid("baseline_id", "There is nothing before it to compare with. Name an execution.")
        return find_execution(request, found.pk)
    try:
        named = uuid.UUID(text)
    except ValueError:
        raise invalid("baseline_id", "This is no id of an execution.") from None
    if named == execution.pk:
        raise invalid("baseline_id", "An execution can't be compared with itself. Name another one.")
    seen = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    baseline: Execution | None = seen.select_related("project", "batch").filter(pk=named).first()
    if baseline is None:
        raise invalid("baseline_id", "There is no such execution, or you can't see it.")
    return baseline


def _compared(baseline: Execution, execution: Execution) -> dict[str, Any]:
    kept = comparison_of(baseline, execution)
    margin = margin_of(baseline.project)
    told: dict[str, Any] = {
        "id": kept.pk,
        "status": kept.status,
        "baseline_id": baseline.pk,
        "execution_id": execution.pk,
        "rows_done": kept.rows_done,
        "rows_total": kept.rows_total,
        "verdict": None,
        "margin": margin,
        "passing": None,
        "accuracy": None,
        "columns": [],
        "left_out": {},
        "checks": [],
        "computed_at": None,
    }
    if kept.status != ComparisonStatus.READY:
        return told
    figures = figures_of(kept)
    [judged] = judge_all([figures], margin)
    return told | {
        "verdict": judged.judgement.verdict.value,
        "passing": _difference(figures.passing, judged.judgement),
        "accuracy": _difference(figures.accuracy, judge(figures.accuracy, margin=margin)),
        "columns": [
            {
                **_difference(one.column.difference, one.judgement),
                "p": None if one.column.difference.p is None else one.adjusted_p,
                "column": one.column.name,
            }
            for one in judged.columns
        ],
        "left_out": figures.left_out,
        "checks": checks(baseline, execution, figures),
        "computed_at": kept.computed_at,
    }


def _difference(difference: Difference, judgement: Judgement) -> dict[str, Any]:
    return {
        "value": difference.value,
        "n": difference.n,
        "baseline": difference.first / difference.n if difference.n else None,
        "execution": difference.second / difference.n if difference.n else None,
        "became_right": difference.became_right,
        "became_wrong": difference.became_wrong,
        "low": difference.low,
        "high": difference.high,
        "p": difference.p,
        "verdict": judgement.verdict.value,
        "rows_needed": judgement.rows_needed,
    }
