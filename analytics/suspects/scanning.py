"""Looks through executions and batches for suspects, some rows at a time, so that it can be broken off and go on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Case, F, PositiveIntegerField, Q, QuerySet, When
from django.utils import timezone

from analytics.models import Suspect, SuspectScan
from analytics.suspects.judging import columns_of, rows_judge
from executions.models import Execution, Job
from mino.common.bulk import delete_in_chunks
from mino.common.models import new_id
from mino.common.waking import send, wake
from projects.models import BatchStatus, Row

ROWS_AT_ONCE = 200
STALE_AFTER = timedelta(minutes=2)
PORTION = 50
LOOKED_AT = 500
"""The sweep looks at so many of the newest executions for ended ones that nobody has looked through."""
SCAN_TASK = "analytics.tasks.scan_suspects"


def scan_request(batch_id: uuid.UUID, execution_id: uuid.UUID | None = None, *, trusts_verdicts: bool = True) -> None:
    """Ask for a look at the rows of an execution, or of a whole batch, after the commit; the sweep finds what is lost.

    Asked again while a worker looks, it is looked through once more afterwards.
    """
    now = timezone.now()
    asked: dict[str, Any] = {"batch_id": batch_id, "execution_id": execution_id}
    scan, is_new = SuspectScan.objects.get_or_create(
        **asked, defaults={"heartbeat": now, "trusts_verdicts": trusts_verdicts}
    )
    if not is_new:
        values = {} if trusts_verdicts else {"trusts_verdicts": False}
        SuspectScan.objects.filter(pk=scan.pk).update(is_wanted=True, **values)
    wake(SCAN_TASK, str(scan.pk))


def scan_run(scan_id: uuid.UUID) -> None:
    """Look through what a scan names, unless another worker does; what is lost on the way goes on where it was."""
    claim = new_id()
    start = Case(When(is_wanted=True, then=0), default=F("position"), output_field=PositiveIntegerField())
    if not _free().filter(pk=scan_id).update(claim=claim, position=start, is_wanted=False, heartbeat=timezone.now()):
        return
    mine = SuspectScan.objects.filter(pk=scan_id, claim=claim)
    scan = mine.select_related("batch").first()
    if scan is None:
        return
    trusts = scan.trusts_verdicts
    columns = columns_of(scan.batch) if scan.batch.status == BatchStatus.READY else []
    position = scan.position
    while columns and (rows := _rows_after(scan, position)):
        rows_judge(scan.batch, columns, [row_id for _, row_id in rows], trusts_verdicts=trusts)
        position = rows[-1][0]
        if not mine.update(position=position, heartbeat=timezone.now()):
            return
    mine.filter(is_wanted=False).update(trusts_verdicts=True)
    mine.update(claim=None, position=0, heartbeat=timezone.now())
    if SuspectScan.objects.filter(pk=scan_id, is_wanted=True).exists():
        send(SCAN_TASK, str(scan_id))


def scans_sweep() -> int:
    """Wake workers for scans that wait or whose worker died, and ask for those of ended executions that have none."""
    newest = Execution.objects.filter(pk__in=_newest()).filter(
        finished_at__isnull=False, suspect_scan__isnull=True, batch__status=BatchStatus.READY, completed_jobs__gt=0
    )
    for execution_id, batch_id in newest.values_list("pk", "batch_id")[:PORTION]:
        scan_request(batch_id, execution_id)
    waiting = list(_free().values_list("pk", flat=True)[:PORTION])
    for scan_id in waiting:
        wake(SCAN_TASK, str(scan_id))
    return len(waiting)


def scans_remove(batch_id: uuid.UUID) -> None:
    """Forget the suspects of a batch that is being deleted."""
    SuspectScan.objects.filter(batch=batch_id).delete()
    delete_in_chunks(Suspect.objects.filter(batch=batch_id))


def _newest() -> Sequence[uuid.UUID]:
    return list(Execution.objects.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT])


def _free() -> QuerySet[SuspectScan]:
    """Scans that wait for a worker: wanted and not claimed, or claimed by one that gives no sign of life."""
    stale = Q(claim__isnull=False, heartbeat__lt=timezone.now() - STALE_AFTER)
    return SuspectScan.objects.filter(Q(is_wanted=True, claim__isnull=True) | stale)


def _rows_after(scan: SuspectScan, position: int) -> list[tuple[int, uuid.UUID]]:
    """The next rows by their position, in the execution or in the batch."""
    if scan.execution_id is None:
        rows = Row.objects.filter(batch=scan.batch_id, position__gt=position).order_by("position")
        return list(rows.values_list("position", "pk")[:ROWS_AT_ONCE])
    jobs = Job.objects.filter(execution=scan.execution_id, position__gt=position).order_by("position")
    return list(jobs.values_list("position", "row_id")[:ROWS_AT_ONCE])
