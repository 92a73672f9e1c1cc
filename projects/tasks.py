"""Celery tasks: they take ids and call a service."""

from __future__ import annotations

import uuid

from celery import shared_task

from projects.importing.starting import import_run, imports_sweep
from projects.services import deletion


@shared_task
def purge_deleted() -> None:
    """Remove what was deleted."""
    deletion.purge_deleted()


@shared_task
def run_import(import_id: str) -> None:
    """Check or load an import, whichever is due."""
    import_run(uuid.UUID(import_id))


@shared_task
def sweep_imports() -> None:
    """Find imports whose wake-up calls were lost or whose worker died, and clear old ones away."""
    imports_sweep()
