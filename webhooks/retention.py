"""Removes what was kept long enough, in chunks: no lock is held for long and nothing large is loaded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mino.common.models import first_id_at
from webhooks.models import Attempt, Delivery, DeliveryStatus, Event, Subscription

CHUNK = 500


def deliveries_expire(*, now: datetime | None = None) -> int:
    """Remove events older than WEBHOOK_DAYS with their deliveries, unless one is still under way; answers how many.

    They are found by their ids, which begin with the time.
    """
    before = first_id_at((now or timezone.now()) - timedelta(days=settings.WEBHOOK_DAYS))
    under_way = Delivery.objects.filter(status=DeliveryStatus.PENDING).values("event")
    old = Event.objects.filter(pk__lt=before).exclude(pk__in=under_way).order_by("pk")
    removed = 0
    while found := list(old.values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            deliveries = Delivery.objects.filter(event__in=found)
            _remove(list(deliveries.values_list("pk", flat=True)))
            Event.objects.filter(pk__in=found)._raw_delete("default")
        removed += len(found)
    return removed


def deleted_purge() -> int:
    """Remove deleted subscriptions and what was sent to them; answers how many. Events go when they are old."""
    gone = list(Subscription.objects.filter(deleted_at__isnull=False))
    for subscription in gone:
        deliveries = Delivery.objects.filter(subscription=subscription)
        while found := list(deliveries.values_list("pk", flat=True)[:CHUNK]):
            with transaction.atomic():
                _remove(found)
        subscription.delete()
    return len(gone)


def _remove(deliveries: Collection[Any]) -> None:
    Attempt.objects.filter(delivery__in=deliveries)._raw_delete("default")
    Delivery.objects.filter(pk__in=deliveries)._raw_delete("default")
