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
    """Send nothing more for an organization that was deleted. What waits is given up, for the case of a restoration."""
    for subscription in Subscription.objects.filter(organization=organization_id).order_by("pk"):
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
