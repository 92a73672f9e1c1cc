"""Trying matching options: which cells of real results would flip if a column were compared in another way."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.api.execution_shapes import EXECUTION_ID, SHARE, ShareGiven
from executions.api.job_shapes import JOB_ID, OUTCOMES, REASONS
from executions.evaluation.verdict import CellVerdict
from executions.models import Execution
from executions.rescoring.trying import MOST_CELLS, MOST_SHOWN, Flip, Trial, try_options
from mino.common.api.fields import Identifier
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.errors import Detail, InvalidInput, InvalidState
from projects.api.columns import OPTIONS, options_named
from projects.api.finding import find_batch, find_named
from projects.api.matching_options import MatchingOptionsSet
from projects.models import Batch, Column
from projects.services.columns import checked_options, refuse_without_truth

VERDICT = {"outcome": "wrong", "score": 0.0, "reason": "value_mismatch", "explanation": "24.90 is not 24.50"}


class OptionsTried(Taken):
    """How the cells of a column could be compared."""

    example: ClassVar[Any] = {"options": {"relative_tolerance": 0.05}}

    options = MatchingOptionsSet(help_text=OPTIONS)
    execution_id = Identifier(
        required=False, help_text="Whose results are looked at. Left out: the newest execution of the batch with some."
    )


class CellVerdictGiven(serializers.Serializer[Any]):
    """The verdict on a cell."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    score = serializers.FloatField(allow_null=True)
    reason = serializers.ChoiceField(choices=REASONS, allow_blank=True)
    explanation = serializers.CharField()


class FlowGiven(serializers.Serializer[Any]):
    """How many cells would go from one outcome to another."""

    before = serializers.ChoiceField(choices=OUTCOMES)
    after = serializers.ChoiceField(choices=OUTCOMES)
    cells = serializers.IntegerField()


class FlippedCellGiven(serializers.Serializer[Any]):
    """A cell that would get another outcome."""

    job_id = serializers.UUIDField()
    row_position = serializers.IntegerField()
    url = serializers.CharField()
    expected = serializers.CharField(help_text="The truth.")
    extracted = serializers.JSONField(allow_null=True)
    before = CellVerdictGiven()
    after = CellVerdictGiven()


class OptionsTrialGiven(Given):
    """What the options would change. Nothing is changed."""

    example: ClassVar[Any] = {
        "execution_id": EXECUTION_ID,
        "results": 300,
        "cells": 300,
        "flipped": 2,
        "accuracy_before": SHARE,
        "accuracy_after": SHARE,
        "passed_before": 254,
        "passed_after": 256,
        "flows": [{"before": "wrong", "after": "correct", "cells": 2}],
        "flips": [
            {
                "job_id": JOB_ID,
                "row_position": 3,
                "url": "https://shop.example/kettle",
                "expected": "24.50",
                "extracted": "24.90",
                "before": VERDICT,
                "after": {"outcome": "correct", "score": 1.0, "reason": "", "explanation": "Within 5 %"},
            }
        ],
    }

    execution_id = serializers.UUIDField(required=False)
    results = serializers.IntegerField(required=False, help_text="How many results the execution has.")
    cells = serializers.IntegerField(
        required=False, help_text=f"How many were looked at: the first {MOST_CELLS:,} at most, within two seconds."
    )
    flipped = serializers.IntegerField(required=False, help_text="How many would get another outcome.")
    accuracy_before = ShareGiven(required=False, help_text="Of the column, among those looked at.")
    accuracy_after = ShareGiven(required=False)
    passed_before = serializers.IntegerField(required=False, help_text="Rows that pass now, among those looked at.")
    passed_after = serializers.IntegerField(required=False)
    flows = FlowGiven(many=True, required=False, help_text="From which outcome to which, the most frequent first.")
    flips = FlippedCellGiven(many=True, required=False, help_text=f"The first {MOST_SHOWN} cells that would flip.")


class ColumnTry(ApiView):
    """Trying matching options."""

    heading = "Batches"

    @operation(
        "column_try",
        "Try how a column could be compared",
        scope=Scope.READ_RESULTS,
        takes=OptionsTried,
        answers=OptionsTrialGiven,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, column_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Compare the stored results of an execution by other matching options, and say which cells would flip.

        Nothing is changed: to make them the column's, change how the column is compared.
        """
        batch = find_batch(request, batch_id)
        column = self.find(Column.objects.filter(batch=batch), pk=column_id)
        with options_named():
            refuse_without_truth(column)
            options = checked_options(column, values["options"])
        execution = _execution(batch, values.get("execution_id"))
        trial = try_options(execution, column.name, options)
        if trial is None:
            message = f"Execution {execution.number} did not ask for {column.name}. Choose another one."
            raise InvalidInput(message, details=[Detail("execution_id", message)])
        return self.answer(_told(execution, trial), OptionsTrialGiven)


def _execution(batch: Batch, wanted: uuid.UUID | None) -> Execution:
    """The execution that is named, or the newest with results. Raises InvalidInput or InvalidState."""
    executions: QuerySet[Execution] = Execution.objects.filter(batch=batch)
    if wanted is not None:
        return find_named(executions, wanted, "execution_id")
    newest = executions.filter(completed_jobs__gt=0).order_by("-created_at", "-id").first()
    if newest is None:
        raise InvalidState("No execution of this batch has results yet. Run one first.")
    return newest


def _told(execution: Execution, trial: Trial) -> dict[str, Any]:
    shares = {"accuracy_before": trial.accuracy_before, "accuracy_after": trial.accuracy_after}
    counts = {name: getattr(trial, name) for name in ("results", "cells", "flipped", "passed_before", "passed_after")}
    flows = [{"before": before, "after": after, "cells": count} for (before, after), count in trial.flows.most_common()]
    flips = [_flip(one) for one in trial.flips]
    return {"execution_id": execution.pk, **counts, **shares, "flows": flows, "flips": flips}


def _flip(one: Flip) -> dict[str, Any]:
    return {
        "job_id": one.stored.job_id,
        "row_position": one.stored.row_position,
        "url": one.stored.url,
        "expected": one.truth,
        "extracted": one.answer,
        "before": _verdict(one.before),
        "after": _verdict(one.after),
    }


def _verdict(verdict: CellVerdict) -> dict[str, Any]:
    return {
        "outcome": verdict.outcome.value,
        "score": verdict.score,
        "reason": verdict.reason.value if verdict.reason else "",
        "explanation": verdict.explanation,
    }
