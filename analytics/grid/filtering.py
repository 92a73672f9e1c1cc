"""What the filters of the grid may say, checked as django-filter checks it: the address is their form."""

from __future__ import annotations

from functools import cache
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict

from executions.agents.base import ErrorCode
from executions.evaluation.verdict import EvaluationResult, Outcome
from executions.models import Job, JobStatus
from mino.common.values.clean import clean_text
from projects.filters import SEARCH_LENGTH
from projects.site_form import SiteForm

VERDICT_NAMES = {
    EvaluationResult.PASSED.value: "Passed",
    EvaluationResult.FAILED.value: "Not passed",
    EvaluationResult.NOT_GRADABLE.value: "Not gradable",
}
OUTCOME_NAMES = {one.value: one.value.replace("_", " ").capitalize() for one in Outcome}
TRUTH_NAMES = {"yes": "With truth", "no": "Without truth"}
SORTS = {
    "-accuracy": "Most accurate first",
    "accuracy": "Least accurate first",
    "-finished": "Finished last first",
    "finished": "Finished first",
    "-seconds": "Slowest first",
    "seconds": "Fastest first",
    "status": "By state",
}
"""What the rows of an execution can be ordered by; without any of these they stand in their own order."""
NO_CHOICE = {"invalid_choice": "There is no “%(value)s” to choose."}


class FilterForm(SiteForm):
    """What holds between two filters."""

    def clean(self) -> dict[str, Any]:
        """Accept only a range of accuracy that something can lie in."""
        cleaned = super().clean() or {}
        low, high = cleaned.get("accuracy_min"), cleaned.get("accuracy_max")
        if low is not None and high is not None and low > high:
            self.add_error("accuracy_max", f"Nothing lies between {low:g} and {high:g} %. Give the smaller one first.")
        return cleaned


def _choice(label: str, choices: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, choices=choices, error_messages=NO_CHOICE)


def _percentage(label: str, lookup: str) -> django_filters.NumberFilter:
    return django_filters.NumberFilter("accuracy", lookup, label=label, min_value=0, max_value=100)


class GridFilter(django_filters.FilterSet):  # type: ignore[misc] # the library has no types
    """The filters by name. It checks what an address says; which index then serves it, `sources` decides."""

    status = _choice("State", JobStatus.choices)
    evaluation_result = _choice("Result", list(VERDICT_NAMES.items()))
    column = django_filters.CharFilter(label="Column", max_length=200)
    outcome = _choice("Outcome", list(OUTCOME_NAMES.items()))
    error_code = _choice("Error", [(one.value, one.value) for one in ErrorCode])
    truth = _choice("Truth", list(TRUTH_NAMES.items()))
    search = django_filters.CharFilter(label="Text", max_length=SEARCH_LENGTH)
    site = django_filters.CharFilter(label="Site", max_length=253)
    tag = django_filters.CharFilter(label="Tag", max_length=SEARCH_LENGTH)
    accuracy_min = _percentage("Accuracy at least", "gte")
    accuracy_max = _percentage("Accuracy at most", "lte")
    sort = _choice("Order", list(SORTS.items()))

    class Meta:
        model = Job
        fields: list[str] = []
        form = FilterForm


@cache
def _form() -> type[forms.Form]:
    """The form of the filters, which django-filter would make anew for each request."""
    made: type[forms.Form] = GridFilter(queryset=Job.objects.none()).get_form_class()
    return made


def form_of(query: QueryDict) -> forms.Form:
    """The filters of an address as a form."""
    return _form()({name: clean_text(query.get(name, "")).strip() for name in GridFilter.base_filters})


def checked(query: QueryDict) -> tuple[dict[str, Any], list[str]]:
    """What an address asks for by name, without what can't be used; and a sentence about each of these."""
    form = form_of(query)
    form.is_valid()
    problems = [f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items()]
    return {name: value for name, value in form.cleaned_data.items() if value not in ("", None)}, problems
