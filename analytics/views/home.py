"""The home page of an organization."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from analytics.charts.asking import Ask
from analytics.charts.figure import Figure
from analytics.charts.scope import read_scope
from analytics.charts.trend import quality
from analytics.figures import axis_low
from analytics.home import home_of
from analytics.suspects.counting import suspected_projects
from executions.models import Execution
from projects.models import Batch, Project


@require_safe
def organization_home(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """What runs, what needs somebody, and what ran; htmx asks for the live part alone."""
    now = timezone.now()
    executions = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    home = home_of(executions, now, reader=f"{request.organization.pk}:{request.user.pk}")
    suspected = suspected_projects(request.user, request.organization)
    context = {"home": home, "suspected": suspected, "now": now, "axis": axis_low(one.accuracy for one in home.recent)}
    if request.htmx:
        return render(request, "analytics/home_fragment.html", context)
    context["trend"] = _trend(request, executions)
    projects = Project.objects.visible_to(request.user).filter(organization=request.organization)
    context["newest_project"] = None if home.recent else projects.order_by("-created_at", "-id").first()
    context["newest_batch"] = None if home.recent else _newest_batch(request)
    context["may_create"] = request.user.has_perm("accounts.create_project", request.organization)
    return render(request, "analytics/home.html", context)


def _trend(request: WorkspaceRequest, executions: QuerySet[Execution]) -> Figure | None:
    """How the project that was graded last went over its executions; None where nothing was graded."""
    graded = executions.filter(gradable_fields__gt=0).order_by("-created_at", "-id")
    newest = graded.values_list("project", "project__name").first()
    if newest is None:
        return None
    project_id, name = newest
    slug = str(request.organization.slug)
    figure = quality(read_scope(slug, executions.filter(project=project_id), Ask(), shows_batch=True))
    url = reverse("project_analytics", args=[slug, project_id])
    about = f"{name}: the bands are 95 % intervals"
    return replace(figure, title="Accuracy by execution", about=about, more_url=url, more_text="Analytics")


def _newest_batch(request: WorkspaceRequest) -> Batch | None:
    batches = Batch.objects.visible_to(request.user).filter(organization=request.organization)
    newest: Batch | None = batches.order_by("-created_at", "-id").first()
    return newest
