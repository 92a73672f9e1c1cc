"""What people do with large exports: order, cancel, have them made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.authors import author_fields
from accounts.permissions import Principal, require
from analytics.exporting.background.sources import Source, SourceGone, source_of, stem_of, title_of
from analytics.exporting.batch import BatchRows
from analytics.exporting.formats import ExportFormat
from analytics.models import Export, ExportKind, ExportStatus
from analytics.models.export import AT_WORK
from mino.common.errors import Forbidden, InvalidState
from mino.common.waking import wake

RUN_TASK = "analytics.tasks.run_export"
EXPORT = "projects.export_data"
MOST_AT_ONCE = 5
MOST_COUNTED = 2_000_000_000
OVER = "The export is over already, so there is nothing to cancel."
AT_WORK_OR_READY = "The export is being made already, or it is ready. Look how far it is."


def export_order(
    *, source: Source, export_format: ExportFormat, user: Principal, parameters: Mapping[str, Any] | None = None
) -> Export:
    """Have an export written in the background; `parameters` are the choices that the source was made with.

    Raises PermissionDenied, or InvalidState while the user has too many under way.
    """
    is_batch = isinstance(source, BatchRows)
    batch = source.batch if isinstance(source, BatchRows) else source.execution.batch
    require(user, EXPORT, batch.project)
    _refuse_too_many(user)
    with transaction.atomic():
        export: Export = Export.objects.create(
            organization_id=batch.organization_id,
            project=batch.project,
            **author_fields(user),
            kind=ExportKind.BATCH if is_batch else ExportKind.RESULTS,
            batch_id=batch.pk,
            execution_id=None if isinstance(source, BatchRows) else source.execution.pk,
            format=export_format,
            parameters=dict(parameters or {}),
            title=title_of(source)[:200],
            name=stem_of(source)[:200],
            rows_total=source.count(MOST_COUNTED),
            heartbeat=timezone.now(),
        )
        _record("export.ordered", export, user)
    wake(RUN_TASK, str(export.pk))
    return export


def export_cancel(*, export: Export, user: Principal) -> None:
    """Stop an export before it is ready. Again changes nothing.

    Raises PermissionDenied, Forbidden for another's export, or InvalidState when it is over.
    """
    require(user, EXPORT, export.project)
    if not export.is_at_work and export.status != ExportStatus.CANCELLED:
        raise InvalidState(OVER)
    _require_own(export, user)
    at_work = Export.objects.filter(pk=export.pk, status__in=AT_WORK)
    with transaction.atomic():
        if at_work.update(status=ExportStatus.CANCELLED, claim=None, updated_at=timezone.now()):
            _record("export.cancelled", export, user)
    export.refresh_from_db()
    if export.status != ExportStatus.CANCELLED:
        raise InvalidState(OVER)


def export_retry(*, export: Export, user: Principal) -> None:
    """Have an export made again that failed, was cancelled or has expired; with the results as they are by then.

    Raises PermissionDenied, Forbidden for another's export, or InvalidState while it is under way or ready.
    """
    require(user, EXPORT, export.project)
    if not export.can_be_made_again:
        raise InvalidState(AT_WORK_OR_READY)
    _require_own(export, user)
    _refuse_too_many(user)
    try:
        total = source_of(export).count(MOST_COUNTED)
    except SourceGone:
        raise InvalidState("What was exported has been deleted, so it can't be exported again.") from None
    again = (ExportStatus.FAILED, ExportStatus.CANCELLED, ExportStatus.EXPIRED)
    with transaction.atomic():
        moved = Export.objects.filter(pk=export.pk, status__in=again).update(
            status=ExportStatus.QUEUED,
            claim=None,
            claims=0,
            heartbeat=timezone.now(),
            rows_done=0,
            rows_total=total,
            error="",
            expires_at=None,
            updated_at=timezone.now(),
        )
        if moved:
            _record("export.ordered", export, user)
    if not moved:
        raise InvalidState(AT_WORK_OR_READY)
    wake(RUN_TASK, str(export.pk))


def _record(action: str, export: Export, user: Principal) -> None:
    shown = {"project": export.project.name, "format": export.format, "rows": export.rows_total}
    before, after = (shown, None) if action == "export.cancelled" else (None, shown)
    record(action, export, organization=export.organization_id, before=before, after=after, by=user)


def forget_file(export: Export) -> None:
    """Delete the file. Again does nothing."""
    if export.file:
        default_storage.delete(export.file)


def _require_own(export: Export, user: Principal) -> None:
    if user.pk not in (export.created_by_id, export.api_key_id):
        raise Forbidden("Only who ordered an export can change it. Order one of your own.")


def _refuse_too_many(user: Principal) -> None:
    if Export.objects.filter(**author_fields(user), status__in=AT_WORK).count() >= MOST_AT_ONCE:
        raise InvalidState(f"You have {MOST_AT_ONCE} exports under way. Wait for one of them, or cancel it.")
