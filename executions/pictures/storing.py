"""Storing the pictures of an attempt while it runs."""

from __future__ import annotations

import logging

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from executions.agents.base import Screenshot
from executions.engine.attempt import Attempt
from executions.models import Screenshot as StoredScreenshot
from executions.pictures.formats import picture_format
from mino.common.values.clean import clean_text

logger = logging.getLogger(__name__)
MAX_SCREENSHOT_BYTES = 5 * 1024 * 1024


def keep_screenshot(attempt: Attempt, screenshot: Screenshot) -> None:
    """Store a picture, if it is one."""
    try:
        _store_screenshot(attempt, screenshot)
    except Exception:  # storages raise what they like, and no picture is worth a paid attempt
        logger.warning("Job %s: a screenshot could not be stored", attempt.job_id, exc_info=True)
    finally:
        connection.close()


def _store_screenshot(attempt: Attempt, screenshot: Screenshot) -> None:
    image = screenshot.image
    kind = picture_format(image) if len(image) <= MAX_SCREENSHOT_BYTES else None
    if kind is None:
        logger.warning("Job %s: a screenshot was left out, it is no picture or too large", attempt.job_id)
        return
    StoredScreenshot.objects.create(
        session_id=attempt.session_id,
        image=ContentFile(image, name=f"{attempt.session_id}.{kind}"),
        caption=clean_text(screenshot.caption)[:300],
        taken_at=timezone.now(),
    )
