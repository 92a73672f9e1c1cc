"""What workers do for people and organizations."""

from __future__ import annotations

from celery import shared_task

from accounts.api.idempotency import idempotent_requests_expire
from accounts.audit.retention import entries_expire
from accounts.members.invitations import remove_ended
from accounts.organizations.deletion import deleted_purge


@shared_task
def expire_idempotent_requests() -> None:
    """Forget what requests with an Idempotency-Key were answered more than a day ago. Sent by beat every hour."""
    idempotent_requests_expire()


@shared_task
def purge_organizations() -> None:
    """Remove organizations that were deleted long enough ago, and old invitations. Sent by beat every hour."""
    deleted_purge()
    remove_ended()


@shared_task
def expire_audit() -> None:
    """Remove entries of the audit trail that are older than they are to be kept. Sent by beat every hour."""
    entries_expire()
