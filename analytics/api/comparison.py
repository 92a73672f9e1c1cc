"""Comparison of executions: the figures, and the verdict."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from analytics.api.comparison_finding import BASELINE, baseline_for, executions_named, pairs_of
from analytics.api.comparison_shapes import ComparisonGiven, ComparisonsWithBaselineGiven
from analytics.comparison.asking import MOST
from analytics.comparison.guards import checks
from analytics.comparison.presenting import Pair
from analytics.models import ComparisonStatus
from analytics.statistics.paired import Difference
from analytics.statistics.verdict import Judgement, judge
from executions.api.finding import find_execution
from mino.common.api.operation import operation

OTHERS = OpenApiParameter(
    "execution_ids",
    {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1, "maxItems": MOST - 1},
    description="The executions to compare with this one.",
    required=True,
    style="form",
    explode=False,
)


class ExecutionComparison(ApiView):
    """An execution against another one."""

    heading = "Comparison"

    @operation(
        "execution_compare",
        "Compare two executions",
        scope=Scope.READ_RESULTS,
        answers=ComparisonGiven,
        parameters=[BASELINE],
        takes_time=True,
        errors=["NO_GROUND_TRUTH"],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Whether an execution is better, worse, the same, or not yet known to differ, row by row against a baseline.

        Of large executions the figures are computed by a worker: the answer is 202 with `status` `computing`. Ask again
        after as many seconds as `Retry-After` says, until it is 200 with `ready`. Figures that results or truth have
        changed since are computed again by themselves.
        """
        execution = find_execution(request, execution_id)
        [pair] = pairs_of(request, [baseline_for(request, execution), execution])
        return self.in_time(self.answer(told(pair), ComparisonGiven), is_done=pair.judged is not None)


class ExecutionComparisons(ApiView):
    """Several executions against one."""

    heading = "Comparison"

    @operation(
        "executions_compare",
        "Compare several executions",
        scope=Scope.READ_RESULTS,
        answers=ComparisonsWithBaselineGiven,
        parameters=[OTHERS],
        takes_time=True,
        errors=["NO_GROUND_TRUTH"],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Compare up to four executions with this one, the baseline, each row by row.

        The more is compared, the more would look real by chance: p values and verdicts are corrected (Holm) over the
        executions and their columns. While a worker computes one of them, none has a verdict, and the answer is 202
        with `Retry-After`.
        """
        baseline = find_execution(request, execution_id)
        pairs = pairs_of(request, [baseline, *executions_named(request, baseline)], path="execution_ids")
        is_done = all(pair.judged is not None for pair in pairs)
        answer = {
            "status": ComparisonStatus.READY if is_done else ComparisonStatus.COMPUTING,
            "baseline_id": baseline.pk,
            "comparisons": [told(pair) for pair in pairs],
        }
        return self.in_time(self.answer(answer, ComparisonsWithBaselineGiven), is_done=is_done)


def told(pair: Pair) -> dict[str, Any]:
    """A comparison as it is answered; without figures while they are computed."""
    kept = pair.comparison
    same: dict[str, Any] = {
        "id": kept.pk,
        "status": kept.status,
        "baseline_id": pair.baseline.pk,
        "execution_id": pair.execution.pk,
        "rows_done": kept.rows_done,
        "rows_total": kept.rows_total,
        "headline": pair.headline,
        "evidence": pair.evidence,
        "margin": pair.margin,
    }
    return same | (_figures(pair) if pair.judged else NOTHING_YET)


NOTHING_YET: dict[str, Any] = {
    "verdict": None,
    "passing": None,
    "accuracy": None,
    "columns": [],
    "cells_right_in_both": None,
    "cells_wrong_in_both": None,
    "median_seconds": None,
    "left_out": {},
    "checks": [],
    "computed_at": None,
}


def _figures(pair: Pair) -> dict[str, Any]:
    judged = pair.judged
    if judged is None:
        return NOTHING_YET
    figures = judged.figures
    first, second = figures.seconds
    return {
        "verdict": judged.judgement.verdict.value,
        "passing": _difference(figures.passing, judged.judgement),
        "accuracy": _difference(figures.accuracy, judge(figures.accuracy, margin=pair.margin)),
        "columns": [
            {
                **_difference(one.column.difference, one.judgement),
                "p": None if one.column.difference.p is None else one.adjusted_p,
                "column": one.column.name,
            }
            for one in judged.columns
        ],
        "cells_right_in_both": figures.both_right,
        "cells_wrong_in_both": figures.both_wrong,
        "median_seconds": {"baseline": first, "execution": second},
        "left_out": figures.left_out,
        "checks": checks(pair.baseline, pair.execution, figures),
        "computed_at": pair.comparison.computed_at,
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
