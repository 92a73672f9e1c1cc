"""One worker at a time works on an import: it holds a claim and renews its heartbeat together with the progress."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from mino.common.models import new_id
from projects.importing.parse.problems import ImportRefused
from projects.models import BatchImport, ImportStatus

STALE_AFTER = timedelta(seconds=60)
TELL_EVERY = 0.5


class ClaimLost(Exception):
    """The import was cancelled, or somebody else took it over: stop, and leave nothing behind."""


def claim(import_id: uuid.UUID, waiting: ImportStatus, working: ImportStatus) -> uuid.UUID | None:
    """Take an import that waits, or whose worker has died; None if there is nothing to take."""
    token = new_id()
    now = timezone.now()
    free = Q(status=waiting) | Q(status=working, heartbeat__lt=now - STALE_AFTER)
    taken = BatchImport.objects.filter(free, pk=import_id).update(
        status=working, claim=token, heartbeat=now, rows_done=0, share=0.0, error=""
    )
    return token if taken else None


class Progress:
    """Called with the rows done and the share of the file; writes them down twice a second. Raises ClaimLost."""

    def __init__(self, import_id: uuid.UUID, token: uuid.UUID, working: ImportStatus) -> None:
        self._mine = BatchImport.objects.filter(pk=import_id, claim=token, status=working)
        self._told = time.monotonic()

    def __call__(self, rows: int, share: float) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_EVERY:
            self._told = now
            self.move(rows_done=rows, share=share, heartbeat=timezone.now())

    def give_up(self, error: Exception) -> None:
        """End the import as failed, with a sentence for people, unless somebody else has it by now."""
        if isinstance(error, ImportRefused):
            sentence = f"{error.problem.message} {error.problem.remedy}"
        elif isinstance(error, FileNotFoundError):
            sentence = "The uploaded file is no longer there. Upload it again."
        else:
            sentence = "Something went wrong in MINO itself. Try again; if it fails again, tell an administrator."
        self._mine.update(status=ImportStatus.FAILED, claim=None, error=sentence)

    def move(self, **values: object) -> None:
        """Write values as long as the claim holds. Raises ClaimLost."""
        if not self._mine.update(updated_at=timezone.now(), **values):
            raise ClaimLost
