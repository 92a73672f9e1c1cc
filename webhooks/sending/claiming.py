"""Takes the next delivery that is due, so that no receiver keeps the others waiting.

A subscription is sent to by a few senders at once, by one while its attempts fail: they are counted under its lock,
over all workers. Those that nobody sends to now come first. What a sender has taken carries its claim; if it dies, the
lease ends and another one takes the delivery.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from mino.common.models import new_id
from webhooks.models import Delivery, DeliveryStatus, Subscription

AT_ONCE = 4
"""Calls to one subscription at the same time."""
LEASE = timedelta(seconds=60)
"""Much longer than a call can take."""

_in_turn = threading.Lock()
"""The threads of a process would only wait for each other's locks in the database."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process sends now."""

    delivery_id: uuid.UUID
    claim: uuid.UUID


def claim_next(now: datetime) -> Claimed | None:
    """Take the delivery that is to be sent next; None when nothing is due, or only for those that are busy.

    A subscription whose lock somebody else holds is passed over at first, and waited for when there is no other.
    """
    passed: list[uuid.UUID] = []
    with _in_turn:
        busy = _busy(now)
        while (chosen := _next_subscription(now, busy, passed)) is not None:
            if claimed := _claim(chosen, now, skip_locked=True):
                return claimed
            passed.append(chosen)
    return next((claimed for one in passed if (claimed := _claim(one, now, skip_locked=False))), None)


def due_deliveries(now: datetime) -> QuerySet[Delivery]:
    """What may be sent now, also what a dead sender left."""
    return Delivery.objects.filter(status=DeliveryStatus.PENDING, due_at__lte=now)


def _under_way(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(claim__isnull=False, due_at__gt=now).order_by()


def _most(failed_attempts: int) -> int:
    """How many calls to a subscription may be under way at once."""
    return 1 if failed_attempts else AT_ONCE


def _busy(now: datetime) -> Mapping[uuid.UUID, bool]:
    """The subscriptions that are being called, each with whether it seems to allow no more calls at once."""
    found = list(_under_way(now).values_list("subscription_id", "subscription__failed_attempts"))
    counts = Counter(pk for pk, _ in found)
    return {pk: counts[pk] >= _most(failed) for pk, failed in found}


def _next_subscription(
    now: datetime, busy: Mapping[uuid.UUID, bool], passed: Collection[uuid.UUID]
) -> uuid.UUID | None:
    """The subscription that waits longest, of those that nobody calls now, or else of those that allow more calls."""
    full = [pk for pk, is_full in busy.items() if is_full]
    for left_out in [busy] if len(full) == len(busy) else [busy, full]:
        due = due_deliveries(now).exclude(subscription__in=[*left_out, *passed]).order_by("due_at", "number")
        if (found := due.values_list("subscription_id", flat=True).first()) is not None:
            return found
    return None


def _claim(subscription_id: uuid.UUID, now: datetime, *, skip_locked: bool) -> Claimed | None:
    """Take the earliest delivery of a subscription, so that after a pause events arrive in their order.

    None when it allows no more calls, has nothing due any more, or is locked and shall not be waited for.
    """
    with transaction.atomic():
        mine = Subscription.objects.select_for_update(no_key=True, skip_locked=skip_locked).filter(pk=subscription_id)
        failed = mine.values_list("failed_attempts", flat=True).first()
        if failed is None or _under_way(now).filter(subscription=subscription_id).count() >= _most(failed):
            return None
        due = due_deliveries(now).filter(subscription=subscription_id).order_by("number")
        if (found := due.values_list("pk", flat=True).first()) is None:
            return None
        claim = new_id()
        taken = due_deliveries(now).filter(pk=found).update(claim=claim, due_at=now + LEASE)
        return Claimed(found, claim) if taken else None
