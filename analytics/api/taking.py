"""The answers that a filter of an execution finds, taken as truth: looked at first, then all of them or none."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from analytics.grid.filtering import form_of
from analytics.sheet.taking import answers_take, filter_of, taking_plan
from executions.api.finding import find_execution
from executions.api.job_shapes import OUTCOMES
from executions.models import Execution
from mino.common.api.fields import Choice, Number, Text, Words
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.values.clean import clean_text
from projects.api.cells import TruthValue
from projects.api.truth import CHANGE_ID, ChangeMade
from projects.services.truth import MAX_REASON

DIGEST = "3f8a1c0d5b7e92a64c1f0e8d7b6a59483726150f9e8d7c6b5a49382716050f1e"
FILTERS = ("outcome", "search", "site", "tag", "accuracy_min", "accuracy_max")


class AnswersChosen(Taken):
    """Which answers: those of one column, narrowed as the jobs of an execution can be."""

    example: ClassVar[Any] = {"column": "price", "outcome": "wrong", "site": "shop.example"}

    column = Text(max_length=200, help_text="A column of truth.")
    outcome = Choice(choices=OUTCOMES, default="wrong", help_text="Of the cell in this column.")
    search = Words(max_length=200, required=False, help_text="Text in the address or any value.")
    site = Words(max_length=253, required=False, help_text="A host, such as shop.example.")
    tag = Words(max_length=100, required=False, help_text="Name of a tag of rows.")
    accuracy_min = Number(min_value=0, max_value=100, required=False, help_text="Of the job, in percent.")
    accuracy_max = Number(min_value=0, max_value=100, required=False, help_text="Of the job, in percent.")


class AnswersSeen(AnswersChosen):
    """The same answers as you looked at them."""

    example: ClassVar[Any] = {**AnswersChosen.example, "digest": DIGEST, "reason": "The shop raised all prices"}

    digest = Text(
        max_length=64, help_text="Of what you saw. If answers or truth differ by now, nothing is changed (409)."
    )
    reason = Text(
        max_length=MAX_REASON,
        allow_blank=True,
        default="",
        help_text="Left out: that these are the execution's answers.",
    )


class PlannedGiven(serializers.Serializer[Any]):
    """One cell that would change."""

    row_position = serializers.IntegerField(source="position")
    url = serializers.CharField()
    before = TruthValue(help_text="Null: not known.")
    after = serializers.CharField()


class AnswersPlanned(Given):
    """What taking the answers would change."""

    example: ClassVar[Any] = {
        "cells": 118,
        "unwritable": 2,
        "digest": DIGEST,
        "first": [{"row_position": 3, "url": "https://shop.example/kettle", "before": "24.50", "after": "24.90"}],
    }

    cells = serializers.IntegerField(required=False, help_text="Cells that would hold another value.")
    unwritable = serializers.IntegerField(required=False, help_text="Answers that no cell can say; they are left out.")
    digest = serializers.CharField(
        required=False, help_text="Stands for all that was seen: give it to take the answers."
    )
    first = PlannedGiven(many=True, required=False, help_text="The first of the cells.")


class AnswersTaken(Given):
    """What was changed."""

    example: ClassVar[Any] = {"affected_cells": 118, "change_id": CHANGE_ID}

    affected_cells = serializers.IntegerField(required=False, help_text="Cells that hold another value now.")
    change_id = ChangeMade(required=False)


class AnswersPlan(ApiView):
    """Looking at what taking answers changes."""

    heading = "Ground truth"

    @operation(
        "answers_plan",
        "See what taking answers changes",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=AnswersChosen,
        answers=AnswersPlanned,
    )
    def post(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Say which cells of truth would change if the answers of an execution in one column became the truth.

        Nothing is changed. Answers that are right already are left alone; of several answers in a row the first counts.
        """
        execution = _find(request, execution_id)
        column = clean_text(values["column"])
        plan = taking_plan(execution=execution, column=column, query=_query(values, column), user=request.user)
        return self.answer(plan, AnswersPlanned)


class AnswersTaking(ApiView):
    """Taking them."""

    heading = "Ground truth"

    @operation(
        "answers_take",
        "Take answers as truth",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=AnswersSeen,
        answers=AnswersTaken,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Make the answers that you looked at the truth, all or none.

        Stored results are scored anew at once; more than 2,000 of them by a worker, and `/batches/{id}/scoring` says
        how far it is.
        """
        execution = _find(request, execution_id)
        column = clean_text(values["column"])
        done = answers_take(
            execution=execution,
            column=column,
            query=_query(values, column),
            digest=values["digest"],
            user=request.user,
            reason=values["reason"],
        )
        return self.answer({"affected_cells": done.cells, "change_id": done.change_id}, AnswersTaken)


def _find(request: ApiRequest, execution_id: uuid.UUID) -> Execution:
    execution = find_execution(request, execution_id)
    require(request.user, "projects.change_ground_truth", execution.project)
    return execution


def _query(values: Mapping[str, Any], column: str) -> str:
    """The filter as the grid's address has it. Raises ValidationError for what can't be used."""
    query = QueryDict(mutable=True)
    query.update({name: str(values[name]) for name in FILTERS if name in values} | {"column": column})
    form = form_of(query)
    if not form.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
    return filter_of(query, column)
