"""Writes what came of a call: delivered, tried again later, or failed; and disables whom nothing reaches."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from webhooks.models import Attempt, Delivery, DeliveryStatus, DisabledBy, Subscription
from webhooks.sending.calling import Called
from webhooks.sending.claiming import Claimed
from webhooks.sending.waking import wake_senders
from webhooks.services.disabling import disable

WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 2 * 60, 10 * 60, 3600, 3 * 3600, 6 * 3600, 12 * 3600))
"""How long to wait after each failed attempt: 8 attempts over about 22 hours."""
MOST_TRIES = len(WAITS) + 1
HELD_TRIES = 4
"""After so many failed attempts, about a quarter of an hour, later events about the same subject wait no longer."""
MOST_FAILURES = 5
"""Deliveries in a row that fail with all their attempts; then the subscription is disabled."""
JITTER = 0.1


def settle(claimed: Claimed, called: Called) -> bool:
    """Write the outcome of a call, unless somebody else has the delivery by now. Answers whether it was written."""
    with transaction.atomic():
        found = Delivery.objects.filter(pk=claimed.delivery_id, claim=claimed.claim).values_list("subscription_id")
        subscription = Subscription.objects.select_for_update().filter(pk__in=found).first()
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .filter(pk=claimed.delivery_id, claim=claimed.claim, status=DeliveryStatus.PENDING)
            .first()
        )
        if subscription is None or delivery is None:
            return False
        _note_attempt(delivery, called)
        if called.arrived:
            _deliver(delivery, subscription, called)
        else:
            _fail(delivery, subscription, called)
        return True


def _note_attempt(delivery: Delivery, called: Called) -> None:
    delivery.attempts += 1
    delivery.tries += 1
    delivery.claim = None
    delivery.status_code, delivery.error, delivery.duration = called.status_code, called.error, called.duration
    Attempt.objects.create(
        delivery=delivery,
        number=delivery.attempts,
        url=called.url,
        started_at=called.started_at,
        duration=called.duration,
        request_headers=dict(called.request_headers),
        status_code=called.status_code,
        error=called.error,
        response_headers=dict(called.response_headers),
        response_body=called.response_body,
    )


def _deliver(delivery: Delivery, subscription: Subscription, called: Called) -> None:
    _end(delivery, DeliveryStatus.DELIVERED)
    Subscription.objects.filter(pk=subscription.pk).update(
        last_success_at=called.started_at, failed_attempts=0, consecutive_failures=0
    )
    let_next_go(delivery)


def _fail(delivery: Delivery, subscription: Subscription, called: Called) -> None:
    mine = Subscription.objects.filter(pk=subscription.pk)
    mine.update(last_failure_at=called.started_at, failed_attempts=F("failed_attempts") + 1)
    is_active = subscription.is_active  # with the organization as it is now that the lock is held
    is_over = called.is_gone or delivery.tries >= MOST_TRIES or not is_active
    was_first = delivery.is_first
    if is_over:
        _end(delivery, DeliveryStatus.FAILED)
    else:
        delivery.due_at = timezone.now() + _wait(delivery.tries)
        delivery.is_first = delivery.is_first and delivery.tries < HELD_TRIES
        delivery.save()
    if called.is_gone and is_active:
        disable(subscription, DisabledBy.GONE)
    elif is_over and is_active:
        mine.update(consecutive_failures=F("consecutive_failures") + 1)
        if subscription.consecutive_failures + 1 >= MOST_FAILURES:
            disable(subscription, DisabledBy.FAILURES)
    if is_over or was_first != delivery.is_first:
        let_next_go(delivery)


def _wait(tries: int) -> timedelta:
    """The wait after the attempt of that number, a little longer at random: receivers come back without a stampede."""
    return WAITS[tries - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311 - not a secret


def _end(delivery: Delivery, status: DeliveryStatus) -> None:
    delivery.status, delivery.due_at, delivery.finished_at = status, None, timezone.now()
    delivery.save()


def let_next_go(delivery: Delivery) -> None:
    """The next event about the same subject may be sent now, if none before it is still under way.

    The caller holds the lock of the subscription.
    """
    waiting = Delivery.objects.filter(
        subscription=delivery.subscription_id,
        subject_id=delivery.subject_id,
        status=DeliveryStatus.PENDING,
        is_first=True,
    )
    following = waiting.order_by("number").values_list("pk", "due_at").first()
    if following is not None and following[1] is None:
        Delivery.objects.filter(pk=following[0], due_at=None).update(due_at=timezone.now())
        wake_senders(1)


def put_in_order(subscription_id: uuid.UUID) -> None:
    """Let of each subject the earliest event be sent now, and those behind it wait: for when earlier ones came anew.

    What is being sent at this moment stays so. The caller holds the lock of the subscription.
    """
    waiting = Delivery.objects.filter(subscription=subscription_id, status=DeliveryStatus.PENDING, is_first=True)
    earlier = waiting.filter(subject_id=OuterRef("subject_id"), number__lt=OuterRef("number")).order_by()
    mine = waiting.filter(claim=None).order_by()
    mine.filter(Exists(earlier), due_at__isnull=False).update(due_at=None)
    mine.filter(~Exists(earlier), due_at=None).update(due_at=timezone.now())
