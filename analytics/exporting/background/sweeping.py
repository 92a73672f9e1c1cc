"""Finds exports that were left lying, and removes those whose time is over."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from analytics.exporting.background.claims import MOST_CLAIMS, STALE_AFTER
from analytics.exporting.background.ordering import RUN_TASK, forget_file
from analytics.models import Export, ExportStatus
from mino.common.waking import wake

WAITED = timedelta(seconds=10)
PORTION = 200
TIRED = "The workers that wrote it ended before it was done, again and again. Try a smaller export, or try later."


def exports_sweep() -> int:
    """Wake workers for exports that wait or whose worker died; answers how many were woken.

    One that was begun too often ends as failed: it may be what makes the workers die.
    """
    now = timezone.now()
    abandoned = Q(status=ExportStatus.WRITING, heartbeat__lt=now - STALE_AFTER)
    Export.objects.filter(abandoned, claims__gte=MOST_CLAIMS).update(
        status=ExportStatus.FAILED, claim=None, error=TIRED, updated_at=now
    )
    waiting = Q(status=ExportStatus.QUEUED, heartbeat__lt=now - WAITED)
    woken = list(Export.objects.filter(waiting | abandoned).values_list("pk", flat=True)[:PORTION])
    for export_id in woken:
        wake(RUN_TASK, str(export_id))
    return len(woken)


def exports_expire() -> int:
    """Remove the files whose time is over; the exports stay listed, and can be made again. Answers how many went.

    Exports without a file that nobody touched for as long are removed altogether.
    """
    now = timezone.now()
    gone = 0
    over = Export.objects.filter(status=ExportStatus.READY, expires_at__lte=now)
    while exports := list(over[:PORTION]):
        for export in exports:
            forget_file(export)
            Export.objects.filter(pk=export.pk, file=export.file).update(
                status=ExportStatus.EXPIRED, file="", updated_at=now
            )
        gone += len(exports)
    settled = (ExportStatus.EXPIRED, ExportStatus.FAILED, ExportStatus.CANCELLED)
    Export.objects.filter(status__in=settled, updated_at__lt=now - KEPT).delete()
    return gone


KEPT = timedelta(days=30)


def exports_remove(batch_id: uuid.UUID) -> None:
    """Remove the exports of a batch that is being deleted, and their files."""
    for export in Export.objects.filter(batch_id=batch_id):
        Export.objects.filter(pk=export.pk).delete()
        forget_file(export)
