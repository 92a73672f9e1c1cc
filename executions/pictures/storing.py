"""Storing the pictures of an attempt while it runs."""

from __future__ import annotations

import logging
import uuid

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone

from executions.agents.base import Screenshot
from executions.engine.attempt import Attempt
from executions.models import Screenshot as StoredScreenshot
from executions.pictures.formats import picture_format
from executions.pictures.limits import make_room, reserve
from executions.pictures.removing import delete_files
from executions.pictures.thumbnails import thumbnail_of
from mino.common.values.clean import clean_text

logger = logging.getLogger(__name__)
MAX_SCREENSHOT_BYTES = 5 * 1024 * 1024
TRIES = 3
"""How often room is made: others may take it before it is used."""

NO_PICTURE = "A picture was left out: it is no whole PNG or JPEG of at most 5 MB and 40 million pixels."
NO_ROOM = "A picture was left out: the pictures of this organization take all the space that they may."


def keep_screenshot(attempt: Attempt, screenshot: Screenshot) -> None:
    """Store a picture, if it is one."""
    try:
        screenshot_store(attempt.plan.organization_id, attempt.session_id, screenshot)
    except Exception:  # storages raise what they like, and no picture is worth a paid attempt
        logger.warning("Job %s: a screenshot could not be stored", attempt.job_id, exc_info=True)
    finally:
        connection.close()


def screenshot_store(organization_id: uuid.UUID, session_id: uuid.UUID, screenshot: Screenshot) -> None:
    """Store a picture with its thumbnail; one that is left out leaves a note instead, once for each reason."""
    image = screenshot.image
    kind = picture_format(image) if len(image) <= MAX_SCREENSHOT_BYTES else None
    thumbnail = thumbnail_of(image) if kind else None
    stored = StoredScreenshot(organization_id=organization_id, session_id=session_id, taken_at=timezone.now())
    if thumbnail is None:
        _note(stored, NO_PICTURE)
        return
    stored.bytes = len(image) + len(thumbnail)
    stored.caption = clean_text(screenshot.caption)[:300]
    if not make_room(organization_id, stored.bytes):
        _note(stored, NO_ROOM)
        return
    stored.image.save(f"{stored.pk}.{kind}", ContentFile(image), save=False)
    try:
        stored.thumbnail.save(f"{stored.pk}.jpeg", ContentFile(thumbnail), save=False)
        is_kept = _insert(organization_id, stored)
    except BaseException:
        delete_files(_files(stored))
        raise
    if not is_kept:
        delete_files(_files(stored))
        _note(stored, NO_ROOM)


def _insert(organization_id: uuid.UUID, stored: StoredScreenshot) -> bool:
    """Write the row and count its bytes; False if others used up the room each time."""
    for _ in range(TRIES):
        with transaction.atomic():
            if reserve(organization_id, stored.bytes):
                stored.save(force_insert=True)
                return True
        if not make_room(organization_id, stored.bytes):
            return False
    return False


def _files(stored: StoredScreenshot) -> list[str]:
    return [str(file.name) for file in (stored.image, stored.thumbnail) if file]


def _note(stored: StoredScreenshot, why: str) -> None:
    """Say on the attempt that a picture is missing: a row without a picture, whose caption says why."""
    notes = StoredScreenshot.objects.filter(session=stored.session_id, image="", caption=why)
    if not notes.exists():
        notes.create(
            organization_id=stored.organization_id, session_id=stored.session_id, caption=why, taken_at=stored.taken_at
        )
