"""Writes an export: into a temporary file first, so that the storage never holds half of one."""

from __future__ import annotations

import logging
import tempfile
import uuid
from datetime import timedelta

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from analytics.exporting.background.claims import ClaimLost, HandedBack, Watch, claim
from analytics.exporting.background.sources import SourceGone, source_of
from analytics.exporting.background.telling import export_tell
from analytics.exporting.writing import write
from analytics.models import Export, ExportStatus
from mino.common.models import new_id

logger = logging.getLogger(__name__)
FOLDER = "exports"
GONE = "What was to be exported has been deleted."
UNWRITTEN = (
    "The file could not be written: the server's disk or storage refused it. Try again, or tell an administrator."
)
UNKNOWN = "Something went wrong in MINO itself. Try again; if it fails again, tell an administrator."


def export_run(export_id: uuid.UUID) -> bool:
    """Write an export if it waits and nobody else does; answers whether there was anything to do."""
    token = claim(export_id)
    if token is None:
        return False
    watch = Watch(export_id, token)
    try:
        _write(Export.objects.get(pk=export_id), watch)
    except ClaimLost:
        logger.info("Export %s was given up: it was cancelled or taken over.", export_id)
    except HandedBack:
        watch.give_back()
    except SourceGone:
        watch.give_up(GONE)
    except OSError:
        logger.exception("Export %s could not be stored.", export_id)
        watch.give_up(UNWRITTEN)
    except Exception:
        logger.exception("Export %s could not be written.", export_id)
        watch.give_up(UNKNOWN)
    return True


def _write(export: Export, watch: Watch) -> None:
    with tempfile.TemporaryFile() as file:
        write(source_of(export, watch), export.export_format, file)
        size = file.tell()
        watch.move(heartbeat=timezone.now())
        file.seek(0)
        name = default_storage.save(f"{FOLDER}/{new_id().hex}", File(file))
    until = timezone.now() + timedelta(days=settings.EXPORT_DAYS)
    try:
        # What was counted when it was ordered may have changed since.
        with transaction.atomic():
            ready = {"status": ExportStatus.READY, "claim": None, "file": name, "bytes": size}
            watch.move(**ready, rows_done=watch.rows, expires_at=until)
            export_tell(Export.objects.select_related("organization").get(pk=export.pk))
    except ClaimLost:
        default_storage.delete(name)
        raise
