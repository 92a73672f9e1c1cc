"""Pictures that agents took."""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.models import Screenshot
from executions.pictures.serving import picture_answer
from executions.views.finding import visible_jobs


@require_safe
def screenshot(request: WorkspaceRequest, slug: str, screenshot_id: uuid.UUID) -> HttpResponse | FileResponse:
    """A picture that an agent took, for those who may see its job."""
    return picture_answer(_find(request, screenshot_id).image)


@require_safe
def thumbnail(request: WorkspaceRequest, slug: str, screenshot_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The small form of a picture, for those who may see its job."""
    return picture_answer(_find(request, screenshot_id).thumbnail)


def _find(request: WorkspaceRequest, screenshot_id: uuid.UUID) -> Screenshot:
    return get_object_or_404(Screenshot.objects.filter(session__job__in=visible_jobs(request)), pk=screenshot_id)
