"""What the endpoints about figures give."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from executions.api.execution_shapes import EXECUTION_ID, SHARE, ColumnFigures, ShareGiven
from executions.models import ExecutionStatus, ExecutionType
from mino.common.api.serializers import Given
from projects.api.shapes import PROJECT_ID

BATCH_ID = "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f"
OUTCOMES = {"correct": 540, "correctly_empty": 18, "wrong": 24, "missed": 12, "invented": 6, "not_gradable": 0}
PASS_RATE = {"value": 0.864, "n": 294, "low": 0.82, "high": 0.898}


class RowOutcomesGiven(serializers.Serializer[Any]):
    """How rows ended. What is missing from `total` is still under way."""

    total = serializers.IntegerField()
    passed = serializers.IntegerField()
    failed = serializers.IntegerField()
    not_gradable = serializers.IntegerField()
    error = serializers.IntegerField(help_text="Without an answer.")
    skipped = serializers.IntegerField()
    stopped = serializers.IntegerField()


class CellOutcomesGiven(serializers.Serializer[Any]):
    """How the cells of all columns stand against their truth."""

    correct = serializers.IntegerField()
    correctly_empty = serializers.IntegerField()
    wrong = serializers.IntegerField()
    missed = serializers.IntegerField()
    invented = serializers.IntegerField()
    not_gradable = serializers.IntegerField()


class ErrorFiguresGiven(serializers.Serializer[Any]):
    """How often rows ended with an error."""

    code = serializers.CharField()
    rows = serializers.IntegerField()
    share = ShareGiven(help_text="Of the rows that ran.")


class CoverageGiven(serializers.Serializer[Any]):
    """Rows that got an answer."""

    rows = ShareGiven(help_text="Of all rows.")
    rows_with_truth = ShareGiven(help_text="Of the rows with known truth.")


class LatencyGiven(serializers.Serializer[Any]):
    """Seconds within which half, 90 % and 99 % of `n` answers came, at most 5 % off: the agent's own time."""

    n = serializers.IntegerField()
    p50 = serializers.FloatField()
    p90 = serializers.FloatField()
    p99 = serializers.FloatField()


class CostGiven(serializers.Serializer[Any]):
    """What was paid in one currency, altogether, for a row with a result, and for a passed row."""

    currency = serializers.CharField()
    total = serializers.FloatField()
    per_result = serializers.FloatField(allow_null=True)
    per_passed = serializers.FloatField(allow_null=True)


class FiguresGiven(Given):
    """Figures of executions together. Intervals count each row once, however often it was run."""

    example: ClassVar[Any] = {
        "id": EXECUTION_ID,
        "executions_counted": 1,
        "executions_total": 1,
        "as_of": "2026-01-09T15:10:00Z",
        "is_behind": False,
        "accuracy": SHARE,
        "pass_rate": PASS_RATE,
        "rows": {
            "total": 300,
            "passed": 254,
            "failed": 40,
            "not_gradable": 2,
            "error": 4,
            "skipped": 0,
            "stopped": 0,
        },
        "outcomes": OUTCOMES,
        "error_codes": [
            {"code": "TIMEOUT", "rows": 4, "share": {"value": 0.0133, "n": 300, "low": 0.0052, "high": 0.0338}}
        ],
        "coverage": {
            "rows": {"value": 0.98, "n": 300, "low": 0.957, "high": 0.991},
            "rows_with_truth": {"value": 0.98, "n": 300, "low": 0.957, "high": 0.991},
        },
        "latency": {"n": 296, "p50": 3.1, "p90": 7.3, "p99": 15.8},
        "costs": [{"currency": "USD", "total": 3.62, "per_result": 0.01223, "per_passed": 0.01425}],
        "columns": [{"column": "price", **OUTCOMES, "accuracy": SHARE}],
    }

    id = serializers.UUIDField()
    executions_counted = serializers.IntegerField(required=False, help_text="Of how many executions the figures are.")
    executions_total = serializers.IntegerField(
        required=False, help_text="How many the filters leave; only the newest ones are counted."
    )
    as_of = serializers.DateTimeField(
        allow_null=True, required=False, help_text="Of when coverage and latency are, at the oldest; null: not yet."
    )
    is_behind = serializers.BooleanField(required=False, help_text="Whether some of these are still to follow.")
    accuracy = ShareGiven(required=False, help_text="Good cells of the gradable ones.")
    pass_rate = ShareGiven(required=False, help_text="Passed rows of those with a verdict.")
    rows = RowOutcomesGiven(required=False)
    outcomes = CellOutcomesGiven(required=False)
    error_codes = ErrorFiguresGiven(many=True, required=False, help_text="By code, the most frequent first.")
    coverage = CoverageGiven(allow_null=True, required=False)
    latency = LatencyGiven(allow_null=True, required=False)
    costs = CostGiven(many=True, required=False, help_text="By currency; empty where nothing was paid.")
    columns = ColumnFigures(many=True, required=False, help_text="By column.")


class ExecutionPointGiven(serializers.Serializer[Any]):
    """One of the executions."""

    execution_id = serializers.UUIDField()
    number = serializers.IntegerField()
    batch_id = serializers.UUIDField()
    instruction_version = serializers.IntegerField()
    agent = serializers.CharField()
    type = serializers.ChoiceField(choices=ExecutionType.choices)
    status = serializers.ChoiceField(choices=ExecutionStatus.choices)
    accuracy = ShareGiven()
    pass_rate = ShareGiven()
    error_rows = serializers.IntegerField(help_text="Rows without an answer.")
    created_at = serializers.DateTimeField()


class FiguresOverTimeGiven(FiguresGiven):
    """Figures of executions together, and how accuracy and pass rate went from one to the next."""

    example: ClassVar[Any] = {
        **FiguresGiven.example,
        "id": PROJECT_ID,
        "executions": [
            {
                "execution_id": EXECUTION_ID,
                "number": 42,
                "batch_id": BATCH_ID,
                "instruction_version": 2,
                "agent": "local",
                "type": "test",
                "status": "completed",
                "accuracy": SHARE,
                "pass_rate": PASS_RATE,
                "error_rows": 4,
                "created_at": "2026-01-09T14:30:00Z",
            }
        ],
    }

    executions = ExecutionPointGiven(many=True, required=False, help_text="The oldest first.")
