"""The last step: the good rows become a batch, which stays unseen until all of them are there."""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Callable, Sequence

from django.db import transaction

from accounts.audit import record
from accounts.authors import author_of
from mino.common.waking import wake
from projects.importing.claims import ClaimLost, Progress, claim
from projects.importing.parse.check import CheckedRows
from projects.importing.parse.choices import ColumnChoice
from projects.importing.parse.problems import ImportRefused, ProblemCode, refused
from projects.importing.reports import choices_of
from projects.importing.settings import import_limits
from projects.importing.staging import staged_table, unstage_on_commit
from projects.importing.writers import row_writer
from projects.models import Batch, BatchImport, BatchStatus, Column, ImportStatus
from projects.services.deletion import PURGE_TASK
from projects.services.folders import folder_hold
from projects.telling import batch_tell

logger = logging.getLogger(__name__)


def load_rows(
    batch: Batch,
    rows: CheckedRows,
    choices: Sequence[ColumnChoice],
    *,
    leave_out_errors: bool,
    progress: Callable[[int], None],
) -> bool:
    """Write the good rows into the batch, in chunks, and set its counts (not its status).

    Answers whether the batch is complete. It is not when a row has an error that may not be left out: then the other
    rows are only checked, so that the report has everything. `progress` is called between two chunks.
    """
    remaining = iter(rows)
    with row_writer(batch, choices) as writer:
        for row in remaining:
            if row.good:
                if writer.add(row):
                    progress(writer.positions)
            elif not leave_out_errors:
                break
    batch.row_count = writer.positions
    batch.truth_row_count = writer.with_truth
    deque(remaining, maxlen=0)
    return rows.report.good_rows > 0 and (leave_out_errors or rows.report.bad_rows == 0)


def create_columns(batch: Batch, choices: Sequence[ColumnChoice]) -> None:
    """Give the batch its columns, in the file's order."""
    Column.objects.bulk_create(
        Column(
            batch=batch,
            position=choice.index + 1,
            name=choice.name,
            header=choice.header,
            type=choice.type.value,
            role=choice.role.value,
            options=dict(choice.options),
        )
        for choice in choices
    )


def batch_record(batch: Batch) -> None:
    """Tell the audit trail of a batch that has just become ready."""
    after = {"name": batch.name, "project": batch.project.name, "rows": batch.row_count}
    if batch.folder is not None:
        after["folder"] = batch.folder.name
    if batch.truth_row_count:
        after["rows_with_truth"] = batch.truth_row_count
    record("batch.created", batch, organization=batch.organization_id, after=after, by=author_of(batch))


def bury(batch: Batch) -> None:
    """Remove a batch that did not become ready; what is in it goes in the background."""
    Batch.objects.filter(pk=batch.pk, status=BatchStatus.IMPORTING).update(status=BatchStatus.DELETING)
    wake(PURGE_TASK)


def import_load(import_id: uuid.UUID) -> bool:
    """Load an import that is queued, if nobody else does; answers whether it did."""
    token = claim(import_id, ImportStatus.QUEUED, ImportStatus.IMPORTING)
    if token is None:
        return False
    batch_import = BatchImport.objects.select_related("project", "folder", "batch").get(pk=import_id)
    progress = Progress(import_id, token, ImportStatus.IMPORTING)
    if batch_import.batch is not None:
        bury(batch_import.batch)  # what a worker that died had begun
    batch = _begin(batch_import, progress)
    try:
        _load(batch_import, batch, progress)
    except ClaimLost:
        bury(batch)
    except Exception as error:
        if not isinstance(error, ImportRefused):
            logger.exception("Import %s could not be loaded.", import_id)
        bury(batch)
        progress.give_up(error)
    return True


def _begin(batch_import: BatchImport, progress: Progress) -> Batch:
    with transaction.atomic():
        batch = Batch.objects.create(
            organization_id=batch_import.organization_id,
            project=batch_import.project,
            folder=folder_hold(batch_import.project, batch_import.folder),
            name=batch_import.name,
            description=batch_import.description,
            source_name=batch_import.source_name,
            content_hash=batch_import.content_hash,
            created_by_id=batch_import.created_by_id,
            api_key_id=batch_import.api_key_id,
        )
        create_columns(batch, choices_of(batch_import.columns))
        progress.move(batch=batch)
    return batch


def _load(batch_import: BatchImport, batch: Batch, progress: Progress) -> None:
    choices = choices_of(batch_import.columns)
    total = max(1, batch_import.rows_total)
    with staged_table(batch_import) as table:
        rows = CheckedRows(table, choices, import_limits())
        complete = load_rows(
            batch,
            rows,
            choices,
            leave_out_errors=batch_import.leave_out_errors,
            progress=lambda done: progress(done, min(1.0, done / total)),
        )
    if not complete:
        raise refused(
            ProblemCode.FILE_BROKEN, "The file has lines with errors that are not to be left out.", "Check it again."
        )
    with transaction.atomic():
        batch.status = BatchStatus.READY
        batch.save(update_fields=["status", "row_count", "truth_row_count", "updated_at"])
        # The lines left out can be downloaded for some days; without any, the file has done its work.
        file = batch_import.file if rows.report.bad_rows else ""
        progress.move(status=ImportStatus.READY, claim=None, rows_done=batch.row_count, share=1.0, file=file)
        batch_record(batch)
        batch_tell(batch)
    if not file:
        unstage_on_commit(batch_import.file)
