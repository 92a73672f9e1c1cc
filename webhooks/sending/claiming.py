"""Takes the next delivery that is due, so that no receiver and no organization keeps the others waiting.

A subscription is sent to by a few senders at once, by one while its attempts fail: they are counted under its lock,
over all workers. The organization that is sent to by the fewest comes first, of several that nobody sends to the one
that has waited longest for its turn; in the same way its subscriptions. What a sender has taken carries its claim; if
it dies, the lease ends and another one takes the delivery.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest

from mino.common.models import new_id
from webhooks.models import Delivery, DeliveryStatus, Subscription

AT_ONCE = 4
"""Calls to one subscription at the same time."""
LEASE = timedelta(seconds=60)
"""Much longer than a call can take."""

SERVED_AT = Coalesce(Greatest("last_success_at", "last_failure_at"), "last_success_at", "last_failure_at")
"""When a subscription was last called, null for never: of a null the greatest is null on SQLite."""
NEVER = datetime.min.replace(tzinfo=UTC)

_in_turn = threading.Lock()
"""The threads of a process would only wait for each other's locks in the database."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process sends now."""

    delivery_id: uuid.UUID
    claim: uuid.UUID


@dataclass(slots=True)
class Busy:
    """The calls that are under way, by organization and by subscription, and whom no more are allowed to now."""

    organizations: Counter[uuid.UUID] = field(default_factory=Counter)
    subscriptions: Counter[uuid.UUID] = field(default_factory=Counter)
    full: set[uuid.UUID] = field(default_factory=set)


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
    """What may be sent now, in no order; also what a dead sender left."""
    return Delivery.objects.filter(status=DeliveryStatus.PENDING, due_at__lte=now).order_by()


def _under_way(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(claim__isnull=False, due_at__gt=now).order_by()


def _most(failed_attempts: int) -> int:
    """How many calls to a subscription may be under way at once."""
    return 1 if failed_attempts else AT_ONCE


def _busy(now: datetime) -> Busy:
    """Whom is being called, as it seems without any lock."""
    busy = Busy()
    columns = ("organization_id", "subscription_id", "subscription__failed_attempts")
    for organization_id, subscription_id, failed in _under_way(now).values_list(*columns):
        busy.organizations[organization_id] += 1
        busy.subscriptions[subscription_id] += 1
        if busy.subscriptions[subscription_id] >= _most(failed):
            busy.full.add(subscription_id)
    return busy


def _next_subscription(now: datetime, busy: Busy, passed: Collection[uuid.UUID]) -> uuid.UUID | None:
    """The subscription whose turn it is; None when nobody waits but those that are full, or were passed over.

    It is asked of each subscription whether it has anything due: however much that is costs nothing.
    """
    is_due = Exists(due_deliveries(now).filter(subscription=OuterRef("pk")))
    waiting = Subscription.objects.filter(is_due).exclude(pk__in=[*busy.full, *passed]).order_by()
    idle = _longest_idle(waiting.exclude(organization__in=list(busy.organizations)))
    of_whom = list(busy.organizations) if idle is None else [idle]
    columns = ("pk", "organization_id", "served_at")
    found = waiting.filter(organization__in=of_whom).annotate(served_at=SERVED_AT).values_list(*columns)
    return min(
        found,
        key=lambda one: (busy.organizations[one[1]], busy.subscriptions[one[0]], one[2] or NEVER),
        default=(None,),
    )[0]


def _longest_idle(waiting: QuerySet[Subscription]) -> uuid.UUID | None:
    """The organization, of those of the subscriptions, of which none was called for the longest time."""
    theirs = Subscription.objects.filter(organization__in=waiting.values("organization")).order_by()
    served = theirs.values("organization").annotate(served_at=Max(SERVED_AT))
    in_turn = served.order_by(F("served_at").asc(nulls_first=True), "organization")
    return in_turn.values_list("organization", flat=True).first()


def _claim(subscription_id: uuid.UUID, now: datetime, *, skip_locked: bool) -> Claimed | None:
    """Take what of a subscription is due longest, so that after a pause events arrive in their order.

    None when it allows no more calls, has nothing due any more, or is locked and shall not be waited for.
    """
    with transaction.atomic():
        mine = Subscription.objects.select_for_update(no_key=True, skip_locked=skip_locked).filter(pk=subscription_id)
        failed = mine.values_list("failed_attempts", flat=True).first()
        if failed is None or _under_way(now).filter(subscription=subscription_id).count() >= _most(failed):
            return None
        due = due_deliveries(now).filter(subscription=subscription_id).order_by("due_at", "number")
        if (found := due.values_list("pk", flat=True).first()) is None:
            return None
        claim = new_id()
        taken = due_deliveries(now).filter(pk=found).update(claim=claim, due_at=now + LEASE)
        return Claimed(found, claim) if taken else None
