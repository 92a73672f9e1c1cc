"""Takes the next delivery that is due, so that no receiver keeps the others waiting.

A subscription is sent to by a few senders at once, by one while its attempts fail. Those that nobody sends to now come
first. What a sender has taken carries its claim; if it dies, the lease ends and another one takes the delivery.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from mino.common.models import new_id
from webhooks.models import Delivery, DeliveryStatus

AT_ONCE = 4
"""Calls to one subscription at the same time."""
LEASE = timedelta(seconds=60)
"""Much longer than a call can take."""

_in_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process sends now."""

    delivery_id: uuid.UUID
    claim: uuid.UUID


def claim_next(now: datetime) -> Claimed | None:
    """Take the delivery that is to be sent next; None when nothing is due, or only for those that are busy."""
    with _in_turn, transaction.atomic():
        busy = _busy(now)
        full = [pk for pk, (count, failing) in busy.items() if failing or count >= AT_ONCE]
        due = due_deliveries(now)
        return _take(due.exclude(subscription__in=list(busy)), now) or (
            _take(due.exclude(subscription__in=full), now) if len(full) < len(busy) else None
        )


def due_deliveries(now: datetime) -> QuerySet[Delivery]:
    """What may be sent now, also what a dead sender left."""
    return Delivery.objects.filter(status=DeliveryStatus.PENDING, due_at__lte=now)


def _busy(now: datetime) -> dict[uuid.UUID, tuple[int, bool]]:
    """How many calls are under way by subscription, and whether its attempts fail."""
    under_way = Delivery.objects.filter(claim__isnull=False, due_at__gt=now).order_by()
    found = list(under_way.values_list("subscription_id", "subscription__failed_attempts"))
    counts = Counter(pk for pk, _ in found)
    return {pk: (counts[pk], failed > 0) for pk, failed in found}


def _take(due: QuerySet[Delivery], now: datetime) -> Claimed | None:
    """Of the subscription that waits longest, the earliest delivery: after a pause events arrive in their order."""
    oldest = due.order_by("due_at", "number").values_list("subscription_id", flat=True).first()
    if oldest is None:
        return None
    mine = due.filter(subscription=oldest).order_by("number")
    found = mine.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True).first()
    if found is None:
        return None
    claim = new_id()
    taken = Delivery.objects.filter(pk=found).filter(Q(due_at__lte=now)).update(claim=claim, due_at=now + LEASE)
    return Claimed(found, claim) if taken else None
