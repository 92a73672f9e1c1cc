"""The analytics of a project, a batch, an execution."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Max, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.charts import outcomes, places, trend
from analytics.charts.asking import Ask
from analytics.charts.column_trend import column_trend
from analytics.charts.figure import Figure
from analytics.charts.scope import Scope, read_scope, roll_up_of
from analytics.charts.unchanged import answer_unless_known
from analytics.exporting.answers import download_table
from analytics.models import BatchRollUp, RowHistory, RowKind
from executions.agents.registry import AGENTS
from executions.models import Execution, ExecutionType
from executions.views.finding import find_execution
from executions.views.pages import execution_context
from mino.common.pagination import keyset_page
from projects.models import Batch, InstructionVersion, Project
from projects.queries import Abilities, batch_of, project_of

WORST = 10
VERSIONS = 50
EXPORT = "export"
"""The parameter that names a figure whose table is wanted as a file."""
NEWEST_FLIPS = ("flips", "row_id")
Context = Mapping[str, Any]


@require_safe
def project_analytics(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponseBase:
    """How a project goes: over its executions, by column and site, and where it is hard."""
    shown = project_of(request, project_id)
    require(request.user, "projects.view_results", shown)
    executions = Execution.objects.visible_to(request.user).filter(project=shown)
    batches = Batch.objects.visible_to(request.user).filter(project=shown)
    rows_url = reverse("project_row_history", args=[slug, shown.pk])
    worst = histories_of_project(request, shown)
    return _page(
        request, shown, executions, batches, worst, rows_url, template="analytics/charts/project.html", context={}
    )


@require_safe
def batch_analytics(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponseBase:
    """How a batch goes: over its executions, by column and site, and where it is hard."""
    shown = batch_of(request, batch_id)
    require(request.user, "projects.view_results", shown.project)
    return _page(
        request,
        shown.project,
        Execution.objects.filter(batch=shown),
        Batch.objects.filter(pk=shown.pk),
        histories_of_batch(shown),
        reverse("batch_row_history", args=[slug, shown.pk]),
        template="analytics/charts/batch.html",
        context={"batch": shown},
    )


@require_safe
def execution_analytics(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponseBase:
    """The figures of one execution: by column, site and error, how long it took, and how much it covers."""
    found = find_execution(request, execution_id)
    scope = Scope(slug, [found], 1, is_of_one=True)
    head = execution_context(request, found, "analytics")
    abilities = Abilities.of(request.user, found.project)

    if wanted := request.GET.get(EXPORT):
        return _file(request, found.project, _figures(scope), wanted, f"execution-{found.number}")

    def answer() -> HttpResponse:
        figures = _figures(scope)
        context = {**head, "figures": figures, **_moments(request, found.project, scope)}
        return render(request, "analytics/charts/execution.html", context)

    return answer_unless_known(request, [found, abilities, head["offers"], *_rolled(scope)], answer)


@require_safe
def project_row_history(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """The rows of a project of one kind: flaky, stable right, stable wrong, or with too few results."""
    shown = project_of(request, project_id)
    require(request.user, "projects.view_results", shown)
    batches = Batch.objects.visible_to(request.user).filter(project=shown)
    return _rows_page(
        request,
        histories_of_project(request, shown),
        batches,
        {"project": shown, "back": "project_analytics", "subject": shown},
    )


@require_safe
def batch_row_history(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The rows of a batch of one kind: flaky, stable right, stable wrong, or with too few results."""
    shown = batch_of(request, batch_id)
    require(request.user, "projects.view_results", shown.project)
    context = {"batch": shown, "project": shown.project, "back": "batch_analytics", "subject": shown}
    return _rows_page(request, histories_of_batch(shown), Batch.objects.filter(pk=shown.pk), context)


def _page(
    request: WorkspaceRequest,
    project: Project,
    executions: QuerySet[Execution],
    batches: QuerySet[Batch],
    histories: QuerySet[RowHistory],
    rows_url: str,
    *,
    template: str,
    context: Context,
) -> HttpResponseBase:
    slug = str(request.organization.slug)
    ask = Ask.of(request.GET, list(AGENTS))
    scope = read_scope(slug, executions, ask, shows_batch="batch" not in context)
    abilities = Abilities.of(request.user, project)
    versions = list(_versions(project))
    rolled_up = BatchRollUp.objects.filter(batch__in=batches).aggregate(newest=Max("as_of"))

    if wanted := request.GET.get(EXPORT):
        return _file(request, project, _figures(scope), wanted, str(context.get("batch", project)))

    def answer() -> HttpResponse:
        worst = histories.filter(kind=RowKind.FLAKY).select_related("row").order_by("-flips", "-row_id")[:WORST]
        rows = places.histories(batches, rows_url, list(worst), slug)
        return render(
            request,
            template,
            {
                **context,
                **_filters(ask, versions),
                "project": project,
                "abilities": abilities,
                "scope": scope,
                "figures": [*_figures(scope), rows],
                **_moments(request, project, scope),
            },
        )

    shown = [project, *context.values(), abilities, versions, rolled_up, scope.total, *scope.executions]
    return answer_unless_known(request, [*shown, *_rolled(scope)], answer)


def _file(
    request: WorkspaceRequest, project: Project, figures: Sequence[Figure], wanted: str, subject: str
) -> HttpResponseBase:
    """The table behind a figure as a file. Raises Http404 where there is no such figure, PermissionDenied."""
    require(request.user, "projects.export_data", project)
    found = next((one for one in figures if one.name == wanted), None)
    if found is None:
        raise Http404
    return download_table(request, found.table(), f"{slugify(subject) or 'analytics'}-{found.name}")


def _figures(scope: Scope) -> list[Figure]:
    sums = outcomes.column_sums(scope)
    return [
        *([] if scope.is_of_one else [trend.quality(scope)]),
        *([] if scope.is_single else [column_trend(scope, sums)]),
        outcomes.by_column(scope, sums),
        outcomes.cells(scope, sums),
        outcomes.rows(scope),
        outcomes.errors(scope),
        trend.coverage(scope),
        trend.latency(scope),
        trend.cost(scope),
        places.hardest_sites(scope),
    ]


def asked_kind(request: WorkspaceRequest) -> RowKind:
    """The kind of rows that the address asks for, flaky ones where it says nothing."""
    kind = request.GET.get("kind", "")
    return RowKind(kind) if kind in RowKind.values else RowKind.FLAKY


def histories_of_project(request: WorkspaceRequest, project: Project) -> QuerySet[RowHistory]:
    """The rows of the batches that the reader sees."""
    batches = Batch.objects.visible_to(request.user).filter(project=project)
    return RowHistory.objects.filter(project=project, batch__in=batches)


def histories_of_batch(batch: Batch) -> QuerySet[RowHistory]:
    """The rows of a batch."""
    return RowHistory.objects.filter(batch=batch)


def _rows_page(
    request: WorkspaceRequest, histories: QuerySet[RowHistory], batches: QuerySet[Batch], context: Context
) -> HttpResponse:
    chosen = asked_kind(request)
    found = histories.filter(kind=chosen).select_related("row", "batch")
    page = keyset_page(found, request.GET, keys=NEWEST_FLIPS)
    counts = places.counts_by_kind(batches)
    kinds = [(one, counts[one.value]) for one in places.COLORS]
    abilities = Abilities.of(request.user, context["project"])
    shown = {**context, "page": page, "kinds": kinds, "chosen": chosen, "abilities": abilities}
    return render(request, "analytics/charts/rows.html", shown)


def _versions(project: Project) -> Iterable[int]:
    found = InstructionVersion.objects.filter(project=project).order_by("-number")
    return found.values_list("number", flat=True)[:VERSIONS]


def _filters(ask: Ask, versions: Sequence[int]) -> dict[str, Any]:
    agents = [(name, agent.label) for name, agent in AGENTS.items()]
    return {
        "ask": ask,
        "choices": [
            ("type", "Type", ask.type, [("", "Any type"), *ExecutionType.choices]),
            ("agent", "Agent", ask.agent, [("", "Any agent"), *agents]),
            (
                "version",
                "Version",
                "" if ask.version is None else str(ask.version),
                [("", "Any version"), *((str(one), f"Version {one}") for one in versions)],
            ),
        ],
    }


def _moments(request: WorkspaceRequest, project: Project, scope: Scope) -> dict[str, Any]:
    """Of when the figures are, and how their tables are exported by those who may."""
    query = request.GET.copy()
    for name in (EXPORT, "format"):
        query.pop(name, None)
    query[EXPORT] = ""  # the last one: the name of the figure follows
    may_export = request.user.has_perm("projects.export_data", project)
    exports = query.urlencode() if may_export else ""
    return {"as_of": scope.as_of, "is_behind": scope.is_behind, "exports": exports}


def _rolled(scope: Scope) -> list[object]:
    found = (roll_up_of(one) for one in scope.executions)
    return [(one.pk, one.as_of, one.generation, one.wanted_at) for one in found if one]
