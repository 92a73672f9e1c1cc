"""Begins and cancels the loading of a checked import, and finds work that was left lying."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import acting_as, record
from accounts.authors import author_of
from accounts.permissions import Principal, require
from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.waking import wake
from projects.importing.checking import import_check
from projects.importing.claims import STALE_AFTER
from projects.importing.loading import bury, import_load
from projects.importing.settings import is_long
from projects.importing.staging import unstage
from projects.importing.uploading import RUN_TASK, import_upload
from projects.models import BatchImport, ImportStatus, Project
from projects.models.batch_import import FINAL
from projects.services.checks import checked_description, checked_name

logger = logging.getLogger(__name__)
WAITED = timedelta(seconds=10)
KEPT = timedelta(days=7)


def import_start(
    *,
    batch_import: BatchImport,
    user: Principal | None,
    name: str,
    description: str = "",
    leave_out_errors: bool = False,
) -> None:
    """Load the good rows: at once, or in the background when there are many.

    Raises InvalidInput while there are lines with errors that are not to be left out, InvalidState unless it is
    checked, or PermissionDenied.
    """
    if user is not None:
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


def import_cancel(*, batch_import: BatchImport, user: Principal | None) -> None:
    """Give an import up; what was written of it is removed. Again changes nothing.

    Raises InvalidState when it is ready or has failed, or PermissionDenied.
    """
    if user is not None:
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
    checked, begun = import_check(import_id), import_go_on(import_id)
    return checked or begun or import_load(import_id)


def import_go_on(import_id: uuid.UUID) -> bool:
    """Begin the loading of a checked import that is to start by itself; answers whether it was one.

    One with errors that are not to be left out waits for a decision, as if somebody had looked at it.
    """
    found = BatchImport.objects.select_related("project", "created_by", "api_key")
    batch_import = found.filter(pk=import_id, status=ImportStatus.CHECKED, starts_by_itself=True).first()
    if batch_import is None:
        return False
    wanted: dict[str, Any] = {
        "name": batch_import.name,
        "description": batch_import.description,
        "leave_out_errors": batch_import.leave_out_errors,
    }
    try:
        with acting_as(author_of(batch_import)):
            import_start(batch_import=batch_import, user=None, **wanted)
    except InvalidInput as error:
        waits = BatchImport.objects.filter(pk=import_id, status=ImportStatus.CHECKED)
        waits.update(starts_by_itself=False, error=error.message)
    except InvalidState:
        logger.info("Import %s was begun or cancelled by somebody else.", import_id)
    return True


def import_begin(
    *,
    project: Project,
    user: Principal | None,
    file: File[bytes],
    source_name: str,
    name: str = "",
    description: str = "",
    leave_out_errors: bool = False,
) -> BatchImport:
    """Upload a file and have it loaded as soon as it is checked, without anybody looking at it.

    Raises what `import_upload` raises, and InvalidInput for name or description.
    """
    name = checked_name(name or default_name(source_name), "the batch a name")
    description = checked_description(description)
    with transaction.atomic():  # no worker looks at it before all is said
        batch_import = import_upload(project=project, user=user, file=file, name=source_name)
        said = {"name": name, "description": description, "leave_out_errors": leave_out_errors}
        BatchImport.objects.filter(pk=batch_import.pk).update(starts_by_itself=True, **said)
        import_go_on(batch_import.pk)
    batch_import.refresh_from_db()
    return batch_import


def default_name(source_name: str) -> str:
    """A name for the batch, from the file's."""
    return (source_name.rpartition(".")[0] or source_name or "Pasted addresses")[:100]


def imports_sweep() -> int:
    """Wake workers for imports that wait or whose worker died; cancel and clear away what nobody came back for.

    Answers how many were woken.
    """
    now = timezone.now()
    waiting = Q(status__in=[ImportStatus.UPLOADED, ImportStatus.QUEUED], heartbeat__lt=now - WAITED)
    abandoned = Q(status__in=[ImportStatus.CHECKING, ImportStatus.IMPORTING], heartbeat__lt=now - STALE_AFTER)
    left = Q(status=ImportStatus.CHECKED, starts_by_itself=True, heartbeat__lt=now - WAITED)
    woken = list(BatchImport.objects.filter(waiting | abandoned).values_list("pk", flat=True))
    woken += BatchImport.objects.filter(left).values_list("pk", flat=True)
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
