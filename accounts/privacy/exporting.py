"""Writes the file of a person's data: one worker at a time, as a zip of JSON files and the picture."""

from __future__ import annotations

import logging
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from datetime import timedelta
from shutil import copyfileobj
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import PersonExport, PersonExportStatus, User
from accounts.privacy.mails import export_mail
from mino.common.hooks import person_export
from mino.common.models import new_id

logger = logging.getLogger(__name__)
FOLDER = "personal-data"
KEPT = timedelta(days=7)
STALE_AFTER = timedelta(minutes=5)
MOST_CLAIMS = 3
BEAT_EVERY = 10.0
"""Seconds between signs of life."""
ENCODER = DjangoJSONEncoder(ensure_ascii=False, indent=1)
UNWRITTEN = "The file could not be written. Order it again; if it fails again, tell an administrator."


class ClaimLost(Exception):
    """Somebody else took it over, or the account is gone: stop, and leave nothing behind."""


def person_export_run(export_id: uuid.UUID) -> bool:
    """Write the file if it waits and nobody else does; answers whether there was anything to do."""
    token, now = new_id(), timezone.now()
    free = Q(status=PersonExportStatus.QUEUED) | Q(status=PersonExportStatus.WRITING, heartbeat__lt=now - STALE_AFTER)
    taken = PersonExport.objects.filter(free, pk=export_id, claims__lt=MOST_CLAIMS).update(
        status=PersonExportStatus.WRITING, claim=token, claims=F("claims") + 1, heartbeat=now
    )
    if not taken:
        return False
    held = _Held(export_id, token)
    try:
        _write(PersonExport.objects.select_related("user").get(pk=export_id).user, held)
    except (ClaimLost, PersonExport.DoesNotExist):
        logger.info("An export of personal data was taken over, or its account is gone.")
    except Exception:
        logger.exception("An export of personal data could not be written.")
        held.give_up()
    return True


class _Held:
    """The claim on an export."""

    def __init__(self, export_id: uuid.UUID, token: uuid.UUID) -> None:
        self._mine = PersonExport.objects.filter(pk=export_id, claim=token, status=PersonExportStatus.WRITING)
        self._told = time.monotonic()

    def beat(self) -> None:
        """Give a sign of life, now and then. Raises ClaimLost."""
        if time.monotonic() - self._told >= BEAT_EVERY:
            self._told = time.monotonic()
            self.move(heartbeat=timezone.now())

    def move(self, **values: object) -> None:
        """Write values as long as the claim holds. Raises ClaimLost."""
        if not self._mine.update(updated_at=timezone.now(), **values):
            raise ClaimLost

    def give_up(self) -> None:
        """End it as failed, unless somebody else has it by now."""
        until = timezone.now() + KEPT
        self._mine.update(status=PersonExportStatus.FAILED, claim=None, error=UNWRITTEN, expires_at=until)


def _write(user: User, held: _Held) -> None:
    with tempfile.TemporaryFile() as file:
        write_person(user, file, held)
        size = file.tell()
        held.move(heartbeat=timezone.now())
        file.seek(0)
        name = default_storage.save(f"{FOLDER}/{new_id().hex}", File(file))
    until = timezone.now() + KEPT
    try:
        with transaction.atomic():
            held.move(status=PersonExportStatus.READY, claim=None, file=name, bytes=size, expires_at=until)
            transaction.on_commit(lambda: export_mail(user, until), robust=True)
    except ClaimLost:
        default_storage.delete(name)
        raise


def write_person(user: User, file: IO[bytes], held: _Held | None = None) -> None:
    """Write the archive of all that the apps keep about a person (hook `person_export`), row by row."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def section(name: str, rows: Iterable[Mapping[str, Any]]) -> None:
            with archive.open(f"{name}.json", "w", force_zip64=True) as part:
                _write_rows(part, rows, held)

        section("about", [{"installation": settings.PUBLIC_URL, "made_at": timezone.now(), "person": user.email}])
        person_export.call(user.pk, section)
        picture = str(user.avatar.name or "")
        if picture and default_storage.exists(picture):
            with default_storage.open(picture) as source, archive.open(f"picture{_ending(picture)}", "w") as part:
                copyfileobj(source, part)


def _write_rows(part: IO[bytes], rows: Iterable[Mapping[str, Any]], held: _Held | None) -> None:
    part.write(b"[")
    for place, row in enumerate(rows):
        part.write((",\n" if place else "\n").encode() + ENCODER.encode(_plain(row)).encode())
        if held is not None:
            held.beat()
    part.write(b"\n]\n")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the names of what it refers to in one word: `organization__name` is `organization_name`."""
    return {name.replace("__", "_"): value for name, value in row.items()}


def _ending(name: str) -> str:
    stem, point, ending = name.rpartition(".")
    return f".{ending}" if stem and point and ending.isalnum() else ""
