"""The end of an organization: hidden at once, restorable for 14 days, then removed piece by piece.

Until then nothing is lost, so that staff can take a mistake back. What removes the data works in chunks, each a
transaction of its own, and goes on where it was interrupted: everything is found by the organization's own tombstone.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.audit.erasing import entries_remove_of_organization
from accounts.members.holding import organization_held, required_now
from accounts.models import Invitation, Organization, User
from accounts.permissions import forget_roles
from mino.common.errors import InvalidState
from mino.common.hooks import organization_deleting, organization_purging

logger = logging.getLogger(__name__)
GRACE = timedelta(days=14)
CLOCKS = timedelta(hours=1)
"""How far the clocks of servers may differ."""


def organization_delete(*, organization: Organization, user: User | None) -> None:
    """Hide an organization from everybody, stop what it runs, and have its data removed after 14 days.

    Raises InvalidState when it was deleted already, or PermissionDenied.
    """
    with transaction.atomic():
        held = organization_held(organization)
        required_now(user, "accounts.delete", held)
        organization_deleting.call(held.pk)
        held.deleted_at, held.deleted_by = timezone.now(), user
        held.save(update_fields=["deleted_at", "deleted_by", "updated_at"])
        record("organization.deleted", held, organization=held, before=_told(held), by=user)
    if user is not None:
        forget_roles(user)


def organization_restore(*, organization: Organization, user: User | None) -> None:
    """Take a deletion back, for platform staff. What was running then stays stopped.

    Raises InvalidState when it is not deleted, or too late.
    """
    with transaction.atomic():
        held: Organization | None = (
            Organization.objects.select_for_update().exclude(deleted_at=None).filter(pk=organization.pk).first()
        )
        if held is None:
            raise InvalidState(f"{organization.name} is not deleted.")
        if held.purging_at is not None:
            raise InvalidState(f"The data of {organization.name} are being removed. It can't be restored any more.")
        held.deleted_at = held.deleted_by = None
        held.save(update_fields=["deleted_at", "deleted_by", "updated_at"])
        record("organization.restored", held, organization=held, after=_told(held), by=user)


def deleted_purge(*, now: datetime | None = None) -> int:
    """Remove the organizations whose grace is over, and answer how many went."""
    moment = now or timezone.now()
    due = Organization.objects.filter(deleted_at__lte=moment - GRACE).values_list("pk", flat=True)
    return sum(_purge(organization_id, moment) for organization_id in list(due))


def _purge(organization_id: uuid.UUID, now: datetime) -> bool:
    begun = Organization.objects.filter(pk=organization_id, deleted_at__lte=now - GRACE, purging_at=None)
    begun.update(purging_at=now)  # from here on nobody can restore it
    try:
        organization_purging.call(organization_id)
    except InvalidState as error:  # something still runs; it is tried again at the next call
        logger.info("An organization is not yet removed: %s", error)
        return False
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        return False
    while entries_remove_of_organization(organization_id, before=timezone.now() + CLOCKS):
        pass
    Invitation.objects.filter(organization=organization_id).delete()
    with transaction.atomic():
        tombstone = {"name": organization.name, "slug": organization.slug, "deleted_at": organization.deleted_at}
        record("organization.purged", organization, organization=organization, before=tombstone)
        organization.delete()
    return True


def _told(organization: Organization) -> dict[str, str]:
    return {"name": organization.name, "slug": organization.slug}
