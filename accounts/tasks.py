"""What workers do for people and organizations."""

from __future__ import annotations

from celery import shared_task

from accounts.api.idempotency import idempotent_requests_expire


@shared_task
def expire_idempotent_requests() -> None:
    """Forget what requests with an Idempotency-Key were answered more than a day ago. Sent by beat every hour."""
    idempotent_requests_expire()
