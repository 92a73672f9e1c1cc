"""Answers with pictures and other things that agents gave, and what protects those who look at them."""

from __future__ import annotations

from typing import TypeVar

from django.db.models.fields.files import ImageFieldFile
from django.http import FileResponse, Http404, HttpResponse

Answer = TypeVar("Answer", HttpResponse, FileResponse)
PICTURE_TYPES = {".png": "image/png", ".jpeg": "image/jpeg", ".jpg": "image/jpeg"}
LOCKED_DOWN = "sandbox; default-src 'none'"
"""The content policy of what an agent gave: whatever it is, it runs nothing and loads nothing."""


def lock_down(response: Answer) -> Answer:
    """Let what an agent gave be looked at, and do nothing."""
    response["Content-Security-Policy"] = LOCKED_DOWN
    response["Content-Disposition"] = "inline"
    response["Cache-Control"] = "private, max-age=300"
    return response


def picture_answer(file: ImageFieldFile) -> FileResponse:
    """The picture, of its own type. Raises Http404 where it is no longer kept."""
    name = str(file.name or "")
    content_type = next((kind for ending, kind in PICTURE_TYPES.items() if name.lower().endswith(ending)), None)
    if content_type is None or not file.storage.exists(name):
        raise Http404("The picture is no longer kept.")
    return lock_down(FileResponse(file.open("rb"), content_type=content_type))
