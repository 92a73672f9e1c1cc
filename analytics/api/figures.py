"""Figures of a project, a batch and an execution, as on their analytics pages."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from analytics.api.figure_shapes import FiguresGiven, FiguresOverTimeGiven
from analytics.charts.asking import Ask
from analytics.charts.overview import by_execution, overview
from analytics.charts.scope import Scope as Counted
from analytics.charts.scope import read_scope
from executions.agents.registry import AGENTS
from executions.api.finding import find_execution
from executions.models import Execution, ExecutionType
from mino.common.api.filters import CreatedFilter, IntegerFilter, WordsFilter
from mino.common.api.operation import operation
from projects.api.finding import find_batch, find_project


class FiguresFilter(CreatedFilter):
    """Which executions count."""

    type = WordsFilter(choices=ExecutionType.choices)
    agent = WordsFilter(choices=[(kind.name, kind.label) for kind in AGENTS.values()])
    instruction_version = IntegerFilter(field_name="instruction_version__number")


FILTERS = list(FiguresFilter.parameters())


class ProjectFigures(ApiView):
    """The figures of a project."""

    heading = "Analytics"

    @operation(
        "project_figures",
        "Read the figures of a project",
        scope=Scope.READ_RESULTS,
        answers=FiguresOverTimeGiven,
        parameters=FILTERS,
    )
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """Accuracy, pass rate, outcomes, errors, coverage, latency and cost of a project, together and by column.

        The newest 30 executions count, of those that the filters leave.
        """
        project = find_project(request, project_id)
        executions = Execution.objects.visible_to(request.user).filter(project=project)
        return self.answer(_over_time(request, project.pk, executions), FiguresOverTimeGiven)


class BatchFigures(ApiView):
    """The figures of a batch."""

    heading = "Analytics"

    @operation(
        "batch_figures",
        "Read the figures of a batch",
        scope=Scope.READ_RESULTS,
        answers=FiguresOverTimeGiven,
        parameters=FILTERS,
    )
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """Accuracy, pass rate, outcomes, errors, coverage, latency and cost of a batch, together and by column.

        The newest 30 executions count, of those that the filters leave.
        """
        batch = find_batch(request, batch_id)
        executions = Execution.objects.visible_to(request.user).filter(batch=batch)
        return self.answer(_over_time(request, batch.pk, executions), FiguresOverTimeGiven)


class ExecutionFigures(ApiView):
    """The figures of an execution."""

    heading = "Analytics"

    @operation("execution_figures", "Read the figures of an execution", scope=Scope.READ_RESULTS, answers=FiguresGiven)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Accuracy, pass rate, outcomes, errors, coverage, latency and cost of an execution, and by column.

        Coverage and latency follow within a minute after it has ended, and every ten minutes while it runs.
        """
        execution = find_execution(request, execution_id)
        counted = Counted(request.organization.slug, [execution], 1, is_of_one=True)
        return self.answer({"id": execution.pk, **overview(counted)}, FiguresGiven)


def _over_time(request: ApiRequest, subject: uuid.UUID, executions: QuerySet[Execution]) -> dict[str, Any]:
    narrowed = FiguresFilter.narrow(executions, request.query)
    counted = read_scope(request.organization.slug, narrowed, Ask())
    return {"id": subject, **overview(counted), "executions": by_execution(counted)}
