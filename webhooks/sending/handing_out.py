"""Hands out what was noted: each event becomes a delivery for each subscription that wants it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Organization
from mino.common.models import new_id
from webhooks.models import Delivery, DeliveryStatus, Event, PendingEvent, Subscription
from webhooks.sending.envelopes import envelope
from webhooks.sending.gathering import Told, gather
from webhooks.sending.waking import wake_gathering, wake_senders

AT_ONCE = 1000
"""Notes that are looked at in one transaction."""


def hand_out(organization_id: uuid.UUID) -> int:
    """Hand out what the organization's subscriptions are to get by now; answers how many deliveries it made.

    May be called any number of times, also by several workers at once: the locks of the notes put them in turn.
    """
    made, count = 0, AT_ONCE
    while count == AT_ONCE:
        more, count = _hand_out_some(organization_id)
        made += more
    return made


def _hand_out_some(organization_id: uuid.UUID) -> tuple[int, int]:
    """Use up some notes; answers how many deliveries were made, and how many notes were used.

    An event is noted for subscriptions that are active then: they are read after the notes, so that none is missed that
    began while a lock was waited for. Last is read whether the organization was deleted meanwhile.
    """
    with transaction.atomic():
        now = timezone.now()
        noted = PendingEvent.objects.filter(organization=organization_id).order_by("pk")
        gathered = gather(list(noted.select_for_update()[:AT_ONCE]), now)
        active = Subscription.objects.active().filter(organization=organization_id)
        subscriptions = list(active.select_for_update(of=("self",)).order_by("pk"))
        organization = Organization.objects.filter(pk=organization_id, deleted_at=None).first()
        if organization and subscriptions and gathered.told:
            made = _deliver(organization, gathered.told, subscriptions, now)
        else:
            made = 0
        PendingEvent.objects.filter(pk__in=gathered.used)._raw_delete("default")
        if gathered.next_at is not None:
            wake_gathering(organization_id, max(0.0, (gathered.next_at - now).total_seconds()))
        wake_senders(min(made, settings.WEBHOOK_THREADS))
    return made, len(gathered.used)


def _deliver(
    organization: Organization, told: Sequence[Told], subscriptions: Sequence[Subscription], now: datetime
) -> int:
    events: list[Event] = []
    deliveries: list[Delivery] = []
    held = {subscription.pk: _held_back(subscription, told) for subscription in subscriptions}
    for one in told:
        wanting = [subscription for subscription in subscriptions if one.name in subscription.events]
        if not wanting:
            continue
        event = event_of(organization, one)
        events.append(event)
        for subscription in wanting:
            deliveries.append(delivery_of(event, subscription, now, is_held=one.subject_id in held[subscription.pk]))
            held[subscription.pk].add(one.subject_id)
    Event.objects.bulk_create(events, batch_size=200)
    Delivery.objects.bulk_create(deliveries, batch_size=500)
    for subscription in subscriptions:
        Subscription.objects.filter(pk=subscription.pk).update(last_number=subscription.last_number)
    return len(deliveries)


def _held_back(subscription: Subscription, told: Iterable[Told]) -> set[uuid.UUID]:
    """The subjects of which an earlier event has not arrived yet."""
    waiting = Delivery.objects.filter(
        subscription=subscription,
        subject_id__in={one.subject_id for one in told},
        status=DeliveryStatus.PENDING,
        is_first=True,
    )
    return set(waiting.values_list("subject_id", flat=True))


def event_of(organization: Organization, told: Told, *, is_test: bool = False) -> Event:
    """The event, not saved yet."""
    event_id = new_id()
    body = envelope(told.name, event_id=event_id, at=told.at, organization=organization, data=told.data)
    return Event(
        pk=event_id,
        organization=organization,
        subject_id=told.subject_id,
        name=told.name,
        body=body,
        is_test=is_test,
        created_at=told.at,
    )


def delivery_of(
    event: Event, subscription: Subscription, now: datetime, *, is_held: bool = False, is_first: bool = True
) -> Delivery:
    """The next delivery of a locked subscription, not saved yet, nor the subscription's `last_number`."""
    subscription.last_number += 1
    return Delivery(
        organization_id=subscription.organization_id,
        subscription=subscription,
        event=event,
        number=subscription.last_number,
        subject_id=event.subject_id,
        event_name=event.name,
        is_first=is_first,
        due_at=None if is_held else now,
        created_at=now,
    )
