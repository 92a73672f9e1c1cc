"""Celery tasks: they take ids and call a service."""

from __future__ import annotations

import uuid

from celery import shared_task

from analytics.comparison.services import comparison_compute
from analytics.exporting.background.running import export_run
from analytics.exporting.background.sweeping import exports_expire, exports_sweep
from analytics.patterns.services import patterns_analyse, patterns_sweep
from analytics.repeats.services import repeats_compute, repeats_sweep
from analytics.rollups.computing import roll_up_compute
from analytics.rollups.wanting import roll_ups_sweep, roll_ups_tidy
from analytics.suspects.scanning import scan_run, scans_sweep


@shared_task
def compute_comparison(comparison_id: str) -> None:
    """Compare two executions with many rows."""
    comparison_compute(uuid.UUID(comparison_id))


@shared_task
def run_export(export_id: str) -> None:
    """Write a large export."""
    export_run(uuid.UUID(export_id))


@shared_task
def compute_repeats(execution_id: str) -> None:
    """Compute how steady the answers of an execution are that runs each row several times."""
    repeats_compute(uuid.UUID(execution_id))


@shared_task
def sweep_repeats() -> None:
    """Find executions whose repeats were not evaluated yet. Sent by beat every 30 seconds."""
    repeats_sweep()


@shared_task
def sweep_exports() -> None:
    """Find exports whose wake-up calls were lost or whose worker died. Sent by beat every 15 seconds."""
    exports_sweep()


@shared_task
def expire_exports() -> None:
    """Remove files that were kept long enough. Sent by beat every hour."""
    exports_expire()


@shared_task
def compute_roll_up(execution_id: str) -> None:
    """Gather the figures of an execution by site and by row."""
    roll_up_compute(uuid.UUID(execution_id))


@shared_task
def sweep_roll_ups() -> None:
    """Find roll-ups that are due. Sent by beat every 15 seconds."""
    roll_ups_sweep()


@shared_task
def tidy_roll_ups() -> None:
    """Find roll-ups that were never asked for, and sites that nobody reads. Sent by beat every hour."""
    roll_ups_tidy()


@shared_task
def scan_suspects(scan_id: str) -> None:
    """Look for suspects among the results of an execution or a batch."""
    scan_run(uuid.UUID(scan_id))


@shared_task
def sweep_suspects() -> None:
    """Find what nobody has looked through for suspects. Sent by beat every 30 seconds."""
    scans_sweep()


@shared_task
def analyse_patterns(execution_id: str) -> None:
    """Look for the failure patterns of an execution."""
    patterns_analyse(uuid.UUID(execution_id))


@shared_task
def sweep_patterns() -> None:
    """Find executions whose patterns nobody looked for. Sent by beat every 30 seconds."""
    patterns_sweep()
