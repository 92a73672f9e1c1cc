"""One worker at a time writes an export: it holds a claim and renews its heartbeat together with the progress."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import timedelta
from typing import Any

from celery.signals import worker_shutting_down
from django.db.models import F, Q
from django.utils import timezone

from analytics.models import Export, ExportStatus
from mino.common.models import new_id

STALE_AFTER = timedelta(minutes=5)
"""Generous: a workbook of a million rows is packed, and sent to the storage, without a sign of life."""
TELL_EVERY = 0.5
MOST_CLAIMS = 3

shutting_down = threading.Event()
"""This process was told to end: what it writes is handed back."""


class ClaimLost(Exception):
    """The export was cancelled, or somebody else took it over: stop, and leave nothing behind."""


class HandedBack(Exception):
    """The worker ends: another one shall begin anew."""


@worker_shutting_down.connect
def hand_back(**_: Any) -> None:
    """Let the exports of this process stop at their next chunk."""
    shutting_down.set()


def claim(export_id: uuid.UUID) -> uuid.UUID | None:
    """Take an export that waits, or whose worker has died; None if there is nothing to take."""
    token, now = new_id(), timezone.now()
    free = Q(status=ExportStatus.QUEUED) | Q(status=ExportStatus.WRITING, heartbeat__lt=now - STALE_AFTER)
    taken = Export.objects.filter(free, pk=export_id, claims__lt=MOST_CLAIMS).update(
        status=ExportStatus.WRITING, claim=token, claims=F("claims") + 1, heartbeat=now, rows_done=0, error=""
    )
    return token if taken else None


class Watch:
    """The progress of an export: called with the rows done, writes them down twice a second. `rows` are the last told.

    Raises ClaimLost when the export is no longer the caller's, HandedBack when the process ends.
    """

    def __init__(self, export_id: uuid.UUID, token: uuid.UUID) -> None:
        self._mine = Export.objects.filter(pk=export_id, claim=token, status=ExportStatus.WRITING)
        self._told = time.monotonic()
        self.rows = 0

    def __call__(self, rows: int) -> None:
        self.rows = rows
        if shutting_down.is_set():
            raise HandedBack
        now = time.monotonic()
        if now - self._told >= TELL_EVERY:
            self._told = now
            self.move(rows_done=rows, heartbeat=timezone.now())

    def give_back(self) -> None:
        """Let another worker begin anew; this attempt does not count."""
        self._mine.update(status=ExportStatus.QUEUED, claim=None, claims=F("claims") - 1, rows_done=0)

    def give_up(self, sentence: str) -> None:
        """End the export as failed, unless somebody else has it by now."""
        self._mine.update(status=ExportStatus.FAILED, claim=None, error=sentence, updated_at=timezone.now())

    def move(self, **values: object) -> None:
        """Write values as long as the claim holds. Raises ClaimLost."""
        if not self._mine.update(updated_at=timezone.now(), **values):
            raise ClaimLost
