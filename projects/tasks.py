"""Celery tasks: they take ids and call a service."""

from __future__ import annotations

from celery import shared_task

from projects.services import deletion


@shared_task
def purge_deleted() -> None:
    """Remove what was deleted."""
    deletion.purge_deleted()
