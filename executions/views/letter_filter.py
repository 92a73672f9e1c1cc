"""The filters of an organization's dead letters. They live in the address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict

from executions.agents.base import ErrorCode
from executions.agents.registry import AGENTS
from executions.models import Job
from projects.models import Project

HIGHEST_NUMBER = 2**31 - 1
AGES = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
AGE_CHOICES = [("hour", "Last hour"), ("day", "Last day"), ("week", "Last 7 days"), ("older", "Older than 7 days")]


class DeadLetterFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    """Dead letters by error code, agent, project, execution (its number) and age, seen from `now`.

    What makes no sense finds nothing: an act on all that is found must never reach further than was meant.
    """

    error_code = django_filters.ChoiceFilter(
        choices=[(code.value, code.value) for code in ErrorCode], label="Error", empty_label="Any error"
    )
    agent = django_filters.ChoiceFilter(
        field_name="execution__agent",
        choices=[(kind.name, kind.label) for kind in AGENTS.values()],
        label="Agent",
        empty_label="Any agent",
    )
    project = django_filters.ModelChoiceFilter(
        queryset=Project.objects.none(), label="Project", empty_label="Any project"
    )
    age = django_filters.ChoiceFilter(choices=AGE_CHOICES, method="of_age", label="Age", empty_label="Any age")
    execution = django_filters.NumberFilter(
        field_name="execution__number", label="Execution", min_value=1, max_value=HIGHEST_NUMBER
    )

    class Meta:
        model = Job
        fields: Sequence[str] = ()

    def __init__(
        self, data: QueryDict, queryset: QuerySet[Job], *, projects: QuerySet[Project], now: datetime, **options: Any
    ) -> None:
        super().__init__(data, queryset, **options)
        self.now = now
        self.filters["project"].queryset = projects.order_by("name", "id").only("name")
        for name, field in self.form.fields.items():
            field.widget.attrs["class"] = "form-control mn-w-number" if name == "execution" else "mn-w-choice"
        self.form.fields["execution"].widget.attrs["placeholder"] = "Execution no."

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen."""
        return not self.form.is_valid() or any(self.form.cleaned_data.values())

    def filter_queryset(self, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """The dead letters that fit all filters."""
        if not self.form.is_valid():
            return queryset.none()
        found: QuerySet[Job] = super().filter_queryset(queryset)
        return found

    def of_age(self, queryset: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Those that ended within the last hour, day or week, or before."""
        if value == "older":
            return queryset.filter(finished_at__lt=self.now - AGES["week"])
        return queryset.filter(finished_at__gte=self.now - AGES[value])
