"""What the executions of a project are measured by."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from analytics.comparison.baselines import (
    MOST_MARGIN,
    baseline_of,
    margin_of,
    project_clear_baseline,
    project_set_baseline,
    project_set_margin,
)
from executions.api.execution_shapes import EXECUTION_ID
from executions.models import Execution
from mino.common.api.fields import Identifier, Number
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from projects.api.finding import find_named, find_project
from projects.api.shapes import PROJECT_ID
from projects.models import Project


class BaselineGiven(Given):
    """The baseline of a project, and the margin up to which a difference means nothing there."""

    edited = ("execution_id", "margin")
    example: ClassVar[Any] = {"id": PROJECT_ID, "execution_id": EXECUTION_ID, "margin": 0.02}

    id = serializers.UUIDField(help_text="Of the project.")
    execution_id = serializers.SerializerMethodField(
        required=False, help_text="Null: executions are compared with the one before on their batch."
    )
    margin = serializers.SerializerMethodField(required=False, help_text="A share: 0.02 are two points.")

    def get_execution_id(self, project: Project) -> uuid.UUID | None:
        """The baseline, null while there is none."""
        kept = baseline_of(project)
        return kept.execution_id if kept else None

    def get_margin(self, project: Project) -> float:
        """The margin."""
        return margin_of(project)


class BaselineChange(Taken):
    """What is to be changed; what is left out stays."""

    example: ClassVar[Any] = {"execution_id": EXECUTION_ID, "margin": 0.02}

    execution_id = Identifier(
        allow_null=True, required=False, help_text="An execution of the project that has ended; null: none any more."
    )
    margin = Number(min_value=0, max_value=MOST_MARGIN, required=False, help_text="A share: 0.02 are two points.")


class Baseline(ApiView):
    """The baseline of a project."""

    heading = "Comparison"

    @operation("baseline_read", "Read the baseline", scope=Scope.READ_RESULTS, answers=BaselineGiven)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """Which execution the others of a project are measured by, and how large a difference has to be to mean
        anything."""
        return self.answer(find_project(request, project_id), BaselineGiven)

    @operation(
        "baseline_update",
        "Choose the baseline",
        scope=Scope.WRITE_PROJECTS,
        takes=BaselineChange,
        answers=BaselineGiven,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def patch(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Measure the executions of a project by one of them, or by none, and set the margin.

        It decides which execution comparisons are made with where no other is named, and what `same` means in them.
        """
        found = find_project(request, project_id)
        require(request.user, "projects.change", found)
        with transaction.atomic(), self.edited(found, BaselineGiven) as project:
            if "execution_id" in values:
                _choose(request, project, values["execution_id"])
            if "margin" in values:
                project_set_margin(project=project, user=request.user, margin=values["margin"])
        return self.answer(project, BaselineGiven)


def _choose(request: ApiRequest, project: Project, execution_id: uuid.UUID | None) -> None:
    if execution_id is None:
        project_clear_baseline(project=project, user=request.user)
        return
    seen = Execution.objects.visible_to(request.user).filter(project=project).select_related("project")
    project_set_baseline(execution=find_named(seen, execution_id, "execution_id"), user=request.user)
