"""What the endpoints about comparisons give."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from analytics.comparison.figures import LEFT_OUT
from analytics.models import ComparisonStatus
from analytics.statistics.verdict import Verdict
from executions.api.execution_shapes import EXECUTION_ID
from mino.common.api.serializers import Given

VERDICTS = [one.value for one in Verdict]
BASELINE_ID = "019c1a70-0a1b-7c2d-8e3f-4a5b6c7d8e9f"
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


class MedianGiven(serializers.Serializer[Any]):
    """The median of the agent's seconds, over the rows that both answered."""

    baseline = serializers.FloatField(allow_null=True)
    execution = serializers.FloatField(allow_null=True)


class ComparisonGiven(Given):
    """An execution against a baseline, by the rows that both ran. Without figures while they are computed."""

    example: ClassVar[Any] = {
        "id": "019c1aa0-8b9c-7d0e-9f1a-2b3c4d5e6f7a",
        "status": "ready",
        "baseline_id": BASELINE_ID,
        "execution_id": EXECUTION_ID,
        "rows_done": 0,
        "rows_total": 0,
        "verdict": "better",
        "headline": "Version 2 is better: the pass rate rose by 8.0 points, from 84.0 % to 92.0 %.",
        "evidence": ["29 became right and 5 became wrong (McNemar’s exact test: p < 0.001)."],
        "margin": 0.02,
        "passing": DIFFERENCE,
        "accuracy": {**DIFFERENCE, "n": 600},
        "columns": [{**DIFFERENCE, "column": "price"}],
        "cells_right_in_both": 501,
        "cells_wrong_in_both": 51,
        "median_seconds": {"baseline": 4.2, "execution": 3.9},
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
    headline = serializers.CharField(
        required=False, allow_blank=True, help_text="The verdict as a sentence; empty until it is ready."
    )
    evidence = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="What the verdict rests on, in sentences."
    )
    margin = serializers.FloatField(
        required=False, help_text="Up to this difference, a share, two executions are the same in this project."
    )
    passing = DifferenceGiven(allow_null=True, required=False, help_text="Of the rows that pass.")
    accuracy = DifferenceGiven(allow_null=True, required=False, help_text="Of all cells together.")
    columns = ColumnDifferenceGiven(many=True, required=False)
    cells_right_in_both = serializers.IntegerField(allow_null=True, required=False)
    cells_wrong_in_both = serializers.IntegerField(allow_null=True, required=False)
    median_seconds = MedianGiven(allow_null=True, required=False)
    left_out = serializers.DictField(
        child=serializers.IntegerField(),
        required=False,
        help_text=f"Rows that could not be compared, by why: {', '.join(f'`{name}`' for name in LEFT_OUT)}.",
    )
    checks = CheckGiven(many=True, required=False)
    computed_at = serializers.DateTimeField(allow_null=True, required=False)


class ComparisonsWithBaselineGiven(Given):
    """Several executions against one baseline. P values and verdicts are corrected for all of them together."""

    example: ClassVar[Any] = {"status": "ready", "baseline_id": BASELINE_ID, "comparisons": [ComparisonGiven.example]}

    status = serializers.ChoiceField(
        choices=ComparisonStatus.choices, required=False, help_text="`ready` once all of them are."
    )
    baseline_id = serializers.UUIDField(required=False)
    comparisons = ComparisonGiven(many=True, required=False, help_text="In the order of the ids.")
