"""What people and programs do with deliveries: send again, send a test."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import record
from accounts.permissions import Principal, require
from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.models import new_id
from webhooks.events import EVENTS
from webhooks.examples import example_of
from webhooks.models import Delivery, DeliveryStatus, Subscription
from webhooks.sending.claiming import AT_ONCE
from webhooks.sending.gathering import Told
from webhooks.sending.handing_out import delivery_of, event_of
from webhooks.sending.settling import let_next_go, put_in_order
from webhooks.sending.waking import wake_senders
from webhooks.services.subscriptions import MANAGE, locked_subscription

MOST_AT_ONCE = 10_000
"""So many failed deliveries are sent again by one request."""


def delivery_redeliver(*, delivery: Delivery, user: Principal) -> Delivery:
    """Send a delivery again, with the same id, the same body and fresh attempts; it waits for no other.

    One that is under way is sent at once. Raises InvalidState while the webhook is disabled or when the delivery is
    being sent at this moment, PermissionDenied.
    """
    require(user, MANAGE, delivery.subscription.organization)
    with transaction.atomic():
        locked = _enabled(delivery.subscription_id)
        mine = Delivery.objects.filter(pk=delivery.pk, claim=None)
        if not _send_again(mine, is_first=False, due_at=timezone.now()):
            raise InvalidState("This delivery is being sent at this moment. Look at its attempts.")
        record("webhook.redelivered", locked, organization=locked.organization, by=user)
        let_next_go(delivery)  # those behind it wait for it no longer
        wake_senders(1)
    delivery.refresh_from_db()
    return delivery


def deliveries_redeliver_failed(*, subscription: Subscription, user: Principal) -> int:
    """Send all failed deliveries again, the earliest 10,000 if there are more; answers how many.

    Those about the same subject go out in their order, and what happened to it later waits for them.
    Raises InvalidState while the webhook is disabled, PermissionDenied.
    """
    require(user, MANAGE, subscription.organization)
    with transaction.atomic():
        locked = _enabled(subscription.pk)
        failed = Delivery.objects.filter(subscription=subscription, status=DeliveryStatus.FAILED, claim=None)
        chosen = failed.order_by("number").values_list("pk", flat=True)[:MOST_AT_ONCE]
        count = _send_again(Delivery.objects.filter(pk__in=chosen), is_first=True, due_at=None)
        if count:
            put_in_order(subscription.pk)
            record("webhook.redelivered", locked, organization=locked.organization, by=user, count=count)
        wake_senders(min(count, AT_ONCE))
    return count


def example_send(*, subscription: Subscription, user: Principal, event: str = "") -> Delivery:
    """Send the example of an event, the first of those subscribed to by default. It is tried as any other.

    Raises InvalidInput for a name that is no event, InvalidState while the webhook is disabled, PermissionDenied.
    """
    require(user, MANAGE, subscription.organization)
    if event and event not in EVENTS:
        message = "There is no such event. Choose one of the list."
        raise InvalidInput(message, details=[Detail("event", message)])
    now = timezone.now()
    with transaction.atomic():
        locked = _enabled(subscription.pk)
        name = event or locked.events[0]
        told = Told(name, new_id(), {**example_of(name), "test": True}, now)
        made = event_of(locked.organization, told, is_test=True)
        made.save(force_insert=True)
        delivery = delivery_of(made, locked, now, is_first=False)
        delivery.save(force_insert=True)
        locked.save(update_fields=["last_number"])
        record("webhook.tested", locked, organization=locked.organization, after={"event": name}, by=user)
        wake_senders(1)
    return delivery


def _enabled(subscription_id: uuid.UUID) -> Subscription:
    """The subscription under lock. Raises InvalidState when it was deleted or is disabled."""
    locked = locked_subscription(subscription_id)
    if not locked.is_enabled:
        raise InvalidState("This webhook is disabled. Enable it first.")
    return locked


def _send_again(deliveries: QuerySet[Delivery], *, is_first: bool, due_at: datetime | None) -> int:
    return deliveries.update(status=DeliveryStatus.PENDING, due_at=due_at, is_first=is_first, tries=0, finished_at=None)
