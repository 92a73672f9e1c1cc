"""Celery tasks: they take ids and call a service."""

from __future__ import annotations

import uuid

from celery import shared_task

from analytics.comparison.services import comparison_compute


@shared_task
def compute_comparison(comparison_id: str) -> None:
    """Compare two executions with many rows."""
    comparison_compute(uuid.UUID(comparison_id))
