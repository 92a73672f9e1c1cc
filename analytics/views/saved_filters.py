"""The filters that people keep for a project."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.grid.saving import (
    may_change,
    saved_filter_create,
    saved_filter_delete,
    saved_filter_rename,
    saved_filters_of,
)
from analytics.models import SavedFilter
from executions.views.going_back import address_back
from mino.common.errors import ServiceError
from projects.models import Project
from projects.queries import Abilities, project_of


@require_safe
def saved_filters(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """All of them, to be renamed or deleted."""
    project = project_of(request, project_id)
    require(request.user, "projects.view_results", project)
    kept = saved_filters_of(project.pk)
    for one in kept:
        one.project = project
    context = {
        "project": project,
        "abilities": Abilities.of(request.user, project),
        "filters": [(one, may_change(request.user, one)) for one in kept],
        "next": address_back(request, "project", project.pk),
    }
    return render(request, "analytics/grid/saved_filters.html", context)


@require_POST
def saved_filter_create_page(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Keep a filter, and go back to the rows that it finds."""
    project = project_of(request, project_id)
    require(request.user, "projects.change", project)
    given = {name: request.POST.get(name, "") for name in ("name", "query")}
    return _done(
        request,
        project,
        lambda: f"Saved as {saved_filter_create(project=project, user=request.user, **given).name}.",
    )


@require_POST
def saved_filter_rename_page(request: WorkspaceRequest, slug: str, filter_id: uuid.UUID) -> HttpResponse:
    """Give a filter another name."""
    kept = _kept(request, filter_id)

    def rename() -> str:
        saved_filter_rename(kept=kept, user=request.user, name=request.POST.get("name", ""))
        return f"The filter is named {kept.name} now."

    return _done(request, kept.project, rename)


@require_POST
def saved_filter_delete_page(request: WorkspaceRequest, slug: str, filter_id: uuid.UUID) -> HttpResponse:
    """Keep a filter no longer."""
    kept = _kept(request, filter_id)

    def delete() -> str:
        saved_filter_delete(kept=kept, user=request.user)
        return f"The filter {kept.name} is deleted."

    return _done(request, kept.project, delete)


def _kept(request: WorkspaceRequest, filter_id: uuid.UUID) -> SavedFilter:
    """The filter, if the user sees its project. Raises Http404, or PermissionDenied where another may change it."""
    seen = Project.objects.visible_to(request.user).filter(organization=request.organization)
    return get_object_or_404(SavedFilter.objects.select_related("project"), pk=filter_id, project__in=seen)


def _done(request: WorkspaceRequest, project: Project, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except ServiceError as error:
        messages.error(request, error.message)
    return redirect(address_back(request, "saved_filters", project.pk))
