"""Begins and cancels the loading of a checked import, and finds work that was left lying."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import acting_as, record
from accounts.authors import author_of
from accounts.permissions import Principal, require
from mino.common.errors import InvalidInput, InvalidState
from mino.common.waking import wake
from projects.importing.checking import import_check
from projects.importing.claims import STALE_AFTER
from projects.importing.loading import bury, import_load
from projects.importing.reports import refusal_of
from projects.importing.settings import is_long
from projects.importing.staging import StagedFile, unstage, unstage_on_commit
from projects.importing.states import refuse_unless_cancelled, refuse_unless_checked
from projects.importing.uploading import RUN_TASK, import_add
from projects.models import BatchImport, Folder, ImportStatus, Project
from projects.models.batch_import import FINAL
from projects.services.checks import checked_description, checked_name
from projects.services.folders import folder_hold

logger = logging.getLogger(__name__)
WAITED = timedelta(seconds=10)
KEPT = timedelta(days=7)


def import_start(
    *,
    batch_import: BatchImport,
    user: Principal | None,
    name: str,
    description: str = "",
    folder: Folder | None = None,
    leave_out_errors: bool = False,
) -> None:
    """Load the good rows: at once, or in the background when there are many.

    A folder that the project doesn't have (any more) is passed over.

    Raises InvalidState unless it is checked, InvalidInput while there are lines with errors that are not to be left
    out, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change", batch_import.project)
    name, description = checked_name(name, "the batch a name"), checked_description(description)
    with transaction.atomic():
        held = folder_hold(batch_import.project, folder)  # first, as whoever changes folders does
        current = BatchImport.objects.select_for_update(no_key=True).get(pk=batch_import.pk)
        refuse_unless_checked(current)
        if refusal := refusal_of(current.report, leave_out_errors=leave_out_errors):
            raise refusal
        BatchImport.objects.filter(pk=batch_import.pk).update(
            status=ImportStatus.QUEUED,
            heartbeat=timezone.now(),
            name=name,
            description=description,
            folder=held,
            leave_out_errors=leave_out_errors,
            rows_done=0,
            share=0.0,
            error="",
        )
        after = {"batch": name, "lines_with_errors_left_out": leave_out_errors}
        record("import.started", batch_import, organization=batch_import.organization_id, after=after, by=user)
    if is_long(current.size, current.rows_total, current.source_name):
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
    refuse_unless_cancelled(batch_import)
    if batch_import.batch is not None:
        bury(batch_import.batch)
    unstage_on_commit(batch_import.file)


def import_run(import_id: uuid.UUID) -> bool:
    """Do for an import what is to be done next; answers whether there was anything."""
    checked, begun = import_check(import_id), import_go_on(import_id)
    return checked or begun or import_load(import_id)


def import_go_on(import_id: uuid.UUID) -> bool:
    """Begin the loading of a checked import that is to start by itself; answers whether it was one.

    One with errors that are not to be left out waits for a decision, as if somebody had looked at it.
    """
    found = BatchImport.objects.select_related("project", "folder", "created_by", "api_key")
    batch_import = found.filter(pk=import_id, status=ImportStatus.CHECKED, starts_by_itself=True).first()
    if batch_import is None:
        return False
    try:
        with acting_as(author_of(batch_import)):
            import_start(batch_import=batch_import, user=None, **said_of(batch_import))
    except InvalidInput as error:
        waits = BatchImport.objects.filter(pk=import_id, status=ImportStatus.CHECKED)
        waits.update(starts_by_itself=False, error=error.message)
    except InvalidState:
        logger.info("Import %s was begun or cancelled by somebody else.", import_id)
    return True


def said_of(batch_import: BatchImport) -> dict[str, Any]:
    """What was said about the batch so far, as `import_start` takes it; its name is else the file's."""
    return {
        "name": batch_import.name or default_name(batch_import.source_name),
        "description": batch_import.description,
        "folder": batch_import.folder,
        "leave_out_errors": batch_import.leave_out_errors,
    }


def import_begin(
    *,
    project: Project,
    user: Principal | None,
    staged: StagedFile,
    source_name: str,
    name: str = "",
    description: str = "",
    folder: Folder | None = None,
    leave_out_errors: bool = False,
    start: bool = True,
) -> BatchImport:
    """Import a staged file, and keep what is said about its batch.

    With `start` it is loaded as soon as it is checked, without anybody looking at it; without, it waits until it is
    started. Raises what `import_add` raises, and InvalidInput for name or description.
    """
    name = checked_name(name or default_name(source_name), "the batch a name")
    description = checked_description(description)
    said = {"name": name, "description": description, "leave_out_errors": leave_out_errors, "starts_by_itself": start}
    with transaction.atomic():  # what fails leaves nothing behind that the sweep would go on with
        batch_import = import_add(project=project, user=user, staged=staged, name=source_name, said=said)
        if folder is not None:
            BatchImport.objects.filter(pk=batch_import.pk).update(folder=folder_hold(project, folder))
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
