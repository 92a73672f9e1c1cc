"""What workers do for people and organizations."""

from __future__ import annotations

import uuid

from celery import shared_task

from accounts.api.idempotency import idempotent_requests_expire
from accounts.audit.retention import entries_expire
from accounts.members.invitations import remove_ended
from accounts.organizations.deletion import deleted_purge
from accounts.privacy.erasing import erasures_run
from accounts.privacy.exporting import person_export_run
from accounts.privacy.exports import person_exports_expire, person_exports_sweep
from accounts.sso.refreshing import metadata_refresh


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


@shared_task
def refresh_identity_providers() -> None:
    """Read the metadata of SAML identity providers anew. Sent by beat every six hours."""
    metadata_refresh()


@shared_task
def run_person_export(export_id: str) -> None:
    """Write the copy of a person's data if it waits."""
    person_export_run(uuid.UUID(export_id))


@shared_task
def sweep_privacy() -> None:
    """Find the copies of people's data that were left lying. Sent by beat every 30 seconds."""
    person_exports_sweep()


@shared_task
def expire_privacy() -> None:
    """Remove copies of people's data whose time is over, and accounts whose grace is. Sent by beat every hour."""
    person_exports_expire()
    erasures_run()
