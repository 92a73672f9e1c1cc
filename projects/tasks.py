"""Celery tasks: they take ids and call a service."""

from __future__ import annotations

import uuid

from celery import shared_task

from projects.importing.starting import import_run, imports_sweep
from projects.services import deletion, rows_deletion
from projects.truth_files.services import truth_files_sweep


@shared_task
def purge_deleted() -> None:
    """Remove what was deleted, and number the rows that stay."""
    deletion.purge_deleted()
    rows_deletion.gaps_close_all()


@shared_task
def run_import(import_id: str) -> None:
    """Check or load an import, whichever is due."""
    import_run(uuid.UUID(import_id))


@shared_task
def sweep_imports() -> None:
    """Find imports whose wake-up calls were lost or whose worker died, and clear old files away."""
    imports_sweep()
    truth_files_sweep()
