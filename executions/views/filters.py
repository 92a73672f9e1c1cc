"""The filters of the results of an execution. They live in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict

from executions.agents.base import ErrorCode
from executions.evaluation.verdict import EvaluationResult, Outcome
from executions.models import Execution, Job, JobStatus
from executions.views.figures import field_names

POSITION = ("position",)
CREATION = ("id",)
"""Jobs are created in the order of their positions, and the index of outcomes holds their ids."""


def _choices(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


class JobFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    """Jobs by status, verdict, error code, and outcome of a column.

    Each is served by an index of its own, in the order of the rows. What contradicts itself finds nothing.
    """

    status = django_filters.ChoiceFilter(choices=JobStatus.choices)
    evaluation_result = django_filters.ChoiceFilter(choices=_choices([one.value for one in EvaluationResult]))
    error_code = django_filters.ChoiceFilter(choices=_choices([one.value for one in ErrorCode]))
    column = django_filters.ChoiceFilter(choices=())
    outcome = django_filters.ChoiceFilter(choices=_choices([one.value for one in Outcome]))

    class Meta:
        model = Job
        fields: Sequence[str] = ()

    def __init__(self, data: QueryDict, execution: Execution) -> None:
        super().__init__(data, Job.objects.filter(execution=execution))
        self.execution = execution
        self.filters["column"].extra["choices"] = _choices(field_names(execution))

    @property
    def values(self) -> dict[str, str]:
        """The filters that are set, and make sense. A column without an outcome narrows nothing."""
        self.form.is_valid()  # what is not valid is not among the cleaned data
        values = {name: str(value) for name, value in self.form.cleaned_data.items() if value}
        if not ("column" in values and "outcome" in values):
            values.pop("column", None)
            values.pop("outcome", None)
        return values

    @property
    def keys(self) -> Sequence[str]:
        """The keys by which the found jobs are paged."""
        return CREATION if "outcome" in self.values else POSITION

    def filter_queryset(self, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """The jobs that fit all filters."""
        values = self.values
        conditions: dict[str, Any] = {}
        implied = {values["status"]} if "status" in values else set()
        if "evaluation_result" in values:
            conditions["evaluation_result"] = values["evaluation_result"]
            implied.add(JobStatus.COMPLETED)
        if "error_code" in values:
            conditions["error_code"] = values["error_code"]
            implied.add(JobStatus.ERROR)
        if "outcome" in values:
            conditions["field_results__execution"] = self.execution
            conditions["field_results__column"] = values["column"]
            conditions["field_results__outcome"] = values["outcome"]
            implied.add(JobStatus.COMPLETED)
        if len(implied) > 1:
            return queryset.none()
        if implied and not ("evaluation_result" in values or "outcome" in values):
            conditions["status"] = implied.pop()
        return queryset.filter(**conditions)
