"""Pictures that agents took, and what protects those who look at them."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db.models.fields.files import ImageFieldFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.models import Screenshot
from executions.views.finding import visible_jobs

Answer = TypeVar("Answer", HttpResponse, FileResponse)
PICTURE_TYPES = {".png": "image/png", ".jpeg": "image/jpeg", ".jpg": "image/jpeg"}
LOCKED_DOWN = "sandbox; default-src 'none'"
"""The content policy of what an agent gave: whatever it is, it runs nothing and loads nothing."""


@require_safe
def screenshot(request: WorkspaceRequest, slug: str, screenshot_id: uuid.UUID) -> HttpResponse | FileResponse:
    """A picture that an agent took, for those who may see its job."""
    return _picture(_find(request, screenshot_id).image)


@require_safe
def thumbnail(request: WorkspaceRequest, slug: str, screenshot_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The small form of a picture, for those who may see its job."""
    return _picture(_find(request, screenshot_id).thumbnail)


def lock_down(response: Answer) -> Answer:
    """Let what an agent gave be looked at, and do nothing."""
    response["Content-Security-Policy"] = LOCKED_DOWN
    response["Content-Disposition"] = "inline"
    response["Cache-Control"] = "private, max-age=300"
    return response


def _find(request: WorkspaceRequest, screenshot_id: uuid.UUID) -> Screenshot:
    return get_object_or_404(Screenshot.objects.filter(session__job__in=visible_jobs(request)), pk=screenshot_id)


def _picture(file: ImageFieldFile) -> FileResponse:
    name = str(file.name or "")
    content_type = next((kind for ending, kind in PICTURE_TYPES.items() if name.lower().endswith(ending)), None)
    if content_type is None or not file.storage.exists(name):
        raise Http404("The picture is no longer kept.")
    return lock_down(FileResponse(file.open("rb"), content_type=content_type))
