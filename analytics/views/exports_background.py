"""The pages of exports that are made in the background."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.exporting.answers import lock_down
from analytics.exporting.background.ordering import export_cancel, export_retry
from analytics.exporting.background.sources import SourceGone, source_of
from analytics.models import Export
from mino.common.errors import ServiceError
from mino.common.pagination import keyset_page


def export_of(request: WorkspaceRequest, export_id: uuid.UUID) -> Export:
    """The export, for those who may export from its project. Raises Http404 or PermissionDenied."""
    seen = Export.objects.visible_to(request.user).filter(organization=request.organization)
    export: Export = get_object_or_404(seen.select_related("project", "created_by"), pk=export_id)
    require(request.user, "projects.export_data", export.project)
    return export


@require_safe
def export_list(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The exports that the reader ordered, newest first."""
    seen = Export.objects.visible_to(request.user).filter(organization=request.organization, created_by=request.user)
    page = keyset_page(seen.select_related("project"), request.GET)
    return render(request, "analytics/exports/list.html", {"page": page})


@require_safe
def export_detail(request: WorkspaceRequest, slug: str, export_id: uuid.UUID) -> HttpResponse:
    """How far an export is, and its file once it is there."""
    export = export_of(request, export_id)
    if request.htmx:
        if not export.is_at_work:
            return HttpResponseClientRefresh()
        return render(request, "analytics/exports/_progress.html", {"export": export})
    context = {
        "export": export,
        "can_be_fetched": export.may_be_fetched(timezone.now()),
        "is_own": export.created_by_id == request.user.pk,
    }
    return render(request, "analytics/exports/detail.html", context)


@require_safe
def export_file(request: WorkspaceRequest, slug: str, export_id: uuid.UUID) -> HttpResponseBase:
    """The file."""
    export = export_of(request, export_id)
    try:
        source_of(export)
    except SourceGone:
        raise Http404("What was exported has been deleted.") from None
    if not export.may_be_fetched(timezone.now()) or not default_storage.exists(export.file):
        raise Http404("The file of this export is not there, or not there any more.")
    response = FileResponse(default_storage.open(export.file, "rb"))
    response["Content-Length"] = str(export.bytes)
    return lock_down(response, export.export_format, export.name)


@require_POST
def export_stop(request: WorkspaceRequest, slug: str, export_id: uuid.UUID) -> HttpResponse:
    """Cancel an export."""
    return _act(request, slug, export_id, export_cancel, "The export was cancelled; nothing of it is kept.")


@require_POST
def export_again(request: WorkspaceRequest, slug: str, export_id: uuid.UUID) -> HttpResponse:
    """Have an export made again."""
    return _act(request, slug, export_id, export_retry, "The export is made again, with the results as they are now.")


def _act(
    request: WorkspaceRequest, slug: str, export_id: uuid.UUID, act: Callable[..., None], told: str
) -> HttpResponse:
    try:
        act(export=export_of(request, export_id), user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, told)
    return redirect("export_detail", slug=slug, export_id=export_id)
