"""What lists of executions can be narrowed to; the choice lives in the address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from executions.models import Execution, ExecutionStatus, ExecutionType
from projects.models import Project


class ExecutionFilter(django_filters.FilterSet):  # type: ignore[misc] # the library has no types
    """Executions by state, project and type."""

    status = django_filters.ChoiceFilter(choices=ExecutionStatus.choices, label="State", empty_label="Any state")
    project = django_filters.ModelChoiceFilter(
        queryset=Project.objects.none(), label="Project", empty_label="Any project"
    )
    type = django_filters.ChoiceFilter(choices=ExecutionType.choices, label="Type", empty_label="Any type")

    class Meta:
        model = Execution
        fields = ["status", "project", "type"]

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["project"].queryset = projects.order_by("name", "id").only("name")
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "mn-w-choice"

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen."""
        return self.form.is_valid() and any(self.form.cleaned_data.values())
