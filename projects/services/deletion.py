"""Deletes projects and batches: unseen at once, removed afterwards.

A batch may have a million jobs. Deleting them in one transaction would block all writers of SQLite for minutes, so the
service only marks the batch (a tombstone), and `purge_deleted` removes it in chunks, in the background.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from accounts.audit import record
from accounts.limits.counting import project_uncount
from accounts.models import Organization
from accounts.permissions import Principal, require
from mino.common.bulk import delete_in_chunks
from mino.common.errors import InvalidState
from mino.common.hooks import batch_purging, batches_deleting
from mino.common.waking import wake
from projects.access.ending import end_access
from projects.importing.staging import unstage
from projects.models import Batch, BatchStatus, ImportStatus, Project, Row, TaggedRow, TruthNote, TruthRevision

LOADING = (ImportStatus.QUEUED, ImportStatus.IMPORTING)
PURGE_TASK = "projects.tasks.purge_deleted"


def starts_held(organization_id: uuid.UUID) -> None:
    """Wait for executions that are just being started, and keep others from starting: they lock the same row.

    For inside a transaction.
    """
    Organization.objects.select_for_update().get(pk=organization_id)


def batch_delete(*, batch: Batch, user: Principal | None) -> None:
    """Delete a batch with its rows, executions and results. Again changes nothing.

    Raises InvalidState while one of its executions is under way, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.delete", batch.project)
    with transaction.atomic():
        starts_held(batch.organization_id)
        if _bury([batch]):
            before = {"name": batch.name, "rows": batch.row_count}
            record("batch.deleted", batch, organization=batch.organization_id, before=before, by=user)
    wake(PURGE_TASK)


def project_delete(*, project: Project, user: Principal | None) -> None:
    """Delete a project with its instructions, batches, executions and results. Again changes nothing.

    A guest who sees no other project is a guest no more.

    Raises InvalidState while one of its executions is under way or one of its imports runs, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.delete", project)
    with transaction.atomic():
        starts_held(project.organization_id)
        batches = list(project.batches.all())
        if project.imports.filter(status__in=LOADING).exists() or BatchStatus.IMPORTING in {
            one.status for one in batches
        }:
            raise InvalidState("A file is being imported into this project. Wait until it is done, or cancel it.")
        _bury(batches)
        # The name is free again: it must be unique within the organization.
        alive = Project.objects.filter(pk=project.pk, is_deleted=False)
        if alive.update(is_deleted=True, name=str(project.pk)):
            project_uncount(project.organization_id)
            end_access(project, by=user)
            before = {"name": project.name, "batches": [batch.name for batch in batches]}
            organization = project.organization_id
            record("project.deleted", project, organization=organization, before=before, by=user, count=len(batches))
    wake(PURGE_TASK)


def purge_deleted() -> int:
    """Remove what was deleted, and answer how many batches went. What is interrupted goes on at the next call."""
    purged = 0
    # An import that slipped in between makes its batch ready after its project was deleted.
    Batch.objects.filter(project__is_deleted=True, status=BatchStatus.READY).update(status=BatchStatus.DELETING)
    for batch in Batch.objects.filter(status=BatchStatus.DELETING):
        try:
            batches_deleting.call([batch.pk])
        except InvalidState:  # an execution slipped in between; it goes with the batch once it has ended
            continue
        batch_purging.call(batch.pk)
        delete_in_chunks(TruthRevision.objects.filter(batch=batch))
        delete_in_chunks(TruthNote.objects.filter(batch=batch))
        delete_in_chunks(TaggedRow.objects.filter(batch=batch))
        delete_in_chunks(Row.objects.filter(batch=batch))
        with transaction.atomic():
            batch.columns.all().delete()
            Batch.objects.filter(pk=batch.pk).delete()
        purged += 1
    for project in Project.objects.filter(is_deleted=True, batches__isnull=True):
        for batch_import in project.imports.all():
            unstage(batch_import.file)
        project.delete()
    return purged


def _bury(batches: Sequence[Batch]) -> int:
    """Hide batches; answers how many were seen until now."""
    ids = [batch.pk for batch in batches]
    batches_deleting.call(ids)
    seen = Batch.objects.filter(pk__in=ids).exclude(status__in=[BatchStatus.IMPORTING, BatchStatus.DELETING])
    return int(seen.update(status=BatchStatus.DELETING))
