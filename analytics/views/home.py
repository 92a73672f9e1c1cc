"""The home page of an organization."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from analytics.figures import axis_low
from analytics.home import home_of
from executions.models import Execution
from projects.models import Batch, Project


@require_safe
def organization_home(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """What runs, what needs somebody, and what ran; htmx asks for the live part alone."""
    now = timezone.now()
    executions = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    home = home_of(executions, now)
    context = {"home": home, "now": now, "axis": axis_low(one.accuracy for one in home.recent)}
    if request.htmx:
        return render(request, "analytics/home_fragment.html", context)
    projects = Project.objects.visible_to(request.user).filter(organization=request.organization)
    context["newest_project"] = None if home.recent else projects.order_by("-created_at", "-id").first()
    context["newest_batch"] = None if home.recent else _newest_batch(request)
    context["may_create"] = request.user.has_perm("accounts.create_project", request.organization)
    return render(request, "analytics/home.html", context)


def _newest_batch(request: WorkspaceRequest) -> Batch | None:
    batches = Batch.objects.visible_to(request.user).filter(organization=request.organization)
    newest: Batch | None = batches.order_by("-created_at", "-id").first()
    return newest
