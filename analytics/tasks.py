"""Celery tasks: they take ids and call a service."""

from __future__ import annotations

import uuid

from celery import shared_task

from analytics.comparison.services import comparison_compute
from analytics.exporting.background.running import export_run
from analytics.exporting.background.sweeping import exports_expire, exports_sweep


@shared_task
def compute_comparison(comparison_id: str) -> None:
    """Compare two executions with many rows."""
    comparison_compute(uuid.UUID(comparison_id))


@shared_task
def run_export(export_id: str) -> None:
    """Write a large export."""
    export_run(uuid.UUID(export_id))


@shared_task
def sweep_exports() -> None:
    """Find exports whose wake-up calls were lost or whose worker died. Sent by beat every 15 seconds."""
    exports_sweep()


@shared_task
def expire_exports() -> None:
    """Remove files that were kept long enough. Sent by beat every hour."""
    exports_expire()
