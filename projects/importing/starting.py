"""Begins and cancels the loading of a checked import, and finds work that was left lying."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import record
from accounts.models import User
from accounts.permissions import require
from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.waking import wake
from projects.importing.checking import import_check
from projects.importing.claims import STALE_AFTER
from projects.importing.loading import bury, import_load
from projects.importing.settings import is_long
from projects.importing.staging import unstage
from projects.importing.uploading import RUN_TASK
from projects.models import BatchImport, ImportStatus
from projects.models.batch_import import FINAL
from projects.services.checks import checked_description, checked_name

WAITED = timedelta(seconds=10)
KEPT = timedelta(days=7)


def import_start(
    *, batch_import: BatchImport, user: User, name: str, description: str = "", leave_out_errors: bool = False
) -> None:
    """Load the good rows: at once, or in the background when there are many.

    Raises InvalidInput while there are lines with errors that are not to be left out, InvalidState unless it is
    checked, or PermissionDenied.
    """
    require(user, "projects.change", batch_import.project)
    name, description = checked_name(name, "the batch a name"), checked_description(description)
    _refuse_errors(batch_import, leave_out_errors)
    with transaction.atomic():
        moved = BatchImport.objects.filter(pk=batch_import.pk, status=ImportStatus.CHECKED).update(
            status=ImportStatus.QUEUED,
            heartbeat=timezone.now(),
            name=name,
            description=description,
            leave_out_errors=leave_out_errors,
            rows_done=0,
            share=0.0,
        )
        if not moved:
            raise InvalidState("The import is not waiting to be started. Look at its page for how far it is.")
        after = {"batch": name, "lines_with_errors_left_out": leave_out_errors}
        record("import.started", batch_import, organization=batch_import.organization_id, after=after, by=user)
    if is_long(batch_import.size, batch_import.rows_total, batch_import.source_name):
        wake(RUN_TASK, str(batch_import.pk))
    else:
        import_load(batch_import.pk)
    batch_import.refresh_from_db()


def import_cancel(*, batch_import: BatchImport, user: User) -> None:
    """Give an import up; what was written of it is removed. Again changes nothing.

    Raises InvalidState when it is ready or has failed, or PermissionDenied.
    """
    require(user, "projects.change", batch_import.project)
    with transaction.atomic():
        going_on = BatchImport.objects.filter(pk=batch_import.pk).exclude(status__in=FINAL)
        if going_on.update(status=ImportStatus.CANCELLED, claim=None):
            record("import.cancelled", batch_import, organization=batch_import.organization_id, by=user)
    batch_import.refresh_from_db()
    if batch_import.status != ImportStatus.CANCELLED:
        raise InvalidState("The import is over already. Delete the batch instead.")
    if batch_import.batch is not None:
        bury(batch_import.batch)
    unstage(batch_import.file)


def import_run(import_id: uuid.UUID) -> bool:
    """Do for an import what is to be done next; answers whether there was anything."""
    return import_check(import_id) or import_load(import_id)


def imports_sweep() -> int:
    """Wake workers for imports that wait or whose worker died; cancel and clear away what nobody came back for.

    Answers how many were woken.
    """
    now = timezone.now()
    waiting = Q(status__in=[ImportStatus.UPLOADED, ImportStatus.QUEUED], heartbeat__lt=now - WAITED)
    abandoned = Q(status__in=[ImportStatus.CHECKING, ImportStatus.IMPORTING], heartbeat__lt=now - STALE_AFTER)
    woken = list(BatchImport.objects.filter(waiting | abandoned).values_list("pk", flat=True))
    for import_id in woken:
        wake(RUN_TASK, str(import_id))
    old = BatchImport.objects.filter(updated_at__lt=now - KEPT).exclude(file="")
    old.filter(status=ImportStatus.CHECKED).update(status=ImportStatus.CANCELLED)
    for batch_import in old.filter(status__in=FINAL)[:100]:
        unstage(batch_import.file)
        BatchImport.objects.filter(pk=batch_import.pk).update(file="")
    return len(woken)


def _refuse_errors(batch_import: BatchImport, leave_out_errors: bool) -> None:
    report = batch_import.report
    if fatal := report.get("fatal"):
        raise InvalidInput(f"{fatal['message']} {fatal['remedy']}")
    if not report.get("good_rows"):
        raise InvalidInput("There is no row without an error. Mend the file and upload it again.", code="BATCH_EMPTY")
    if report.get("bad_rows") and not leave_out_errors:
        raise InvalidInput(
            f"{report['bad_rows']:,} lines have errors. Mend them, or choose to leave them out.",
            details=[Detail("leave_out_errors", "Choose this to import the other lines.")],
        )
