"""What the end of an organization means for its webhooks."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mino.common.bulk import delete_in_chunks
from webhooks.models import Attempt, Delivery, Event, PendingEvent, Subscription
from webhooks.services.disabling import end_waiting


def deliveries_end(organization_id: uuid.UUID) -> None:
    """Send nothing more for an organization that is being deleted. What waits is given up, in case it is restored.

    Its subscriptions stay locked until the deletion is committed: who hands out, sends or tries again waits, and then
    sees it.
    """
    mine = Subscription.objects.filter(organization=organization_id)
    for subscription in mine.select_for_update().order_by("pk"):
        end_waiting(subscription)


def webhooks_remove(organization_id: uuid.UUID) -> None:
    """Remove all subscriptions of an organization and what was sent to them, in chunks."""
    parts: list[QuerySet[Any]] = [
        PendingEvent.objects.filter(organization=organization_id),
        Attempt.objects.filter(delivery__organization=organization_id),
        Delivery.objects.filter(organization=organization_id),
        Event.objects.filter(organization=organization_id),
    ]
    for part in parts:
        delete_in_chunks(part)
    with transaction.atomic():
        Subscription.objects.filter(organization=organization_id).delete()
