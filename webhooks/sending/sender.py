"""A sender: takes what is due, sends it, writes the outcome, and takes the next, until there is nothing more."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import connection
from django.utils import timezone

from webhooks.models import Delivery
from webhooks.sending.calling import Called, call
from webhooks.sending.claiming import Claimed, claim_next
from webhooks.sending.settling import settle
from webhooks.services.disabling import ENDED

logger = logging.getLogger(__name__)
SECONDS = 30.0

stopping = threading.Event()
_room = threading.BoundedSemaphore(settings.WEBHOOK_THREADS)


@worker_shutting_down.connect
def stop_sending(**_: Any) -> None:
    """At SIGTERM: begin no call any more. What runs ends within its ten seconds, or its lease does."""
    stopping.set()


def send_due(seconds: float = SECONDS) -> int:
    """Send for about that long what is due; answers how many calls were made."""
    until, calls = time.monotonic() + seconds, 0
    while time.monotonic() < until and not stopping.is_set():
        claimed = claim_next(timezone.now())
        if claimed is None:
            break
        send_one(claimed)
        calls += 1
    return calls


def send_one(claimed: Claimed) -> None:
    """Make the call for a delivery that this process has claimed, and write what came of it."""
    delivery = Delivery.objects.select_related("event", "subscription__organization").get(pk=claimed.delivery_id)
    if not connection.in_atomic_block:
        connection.close()  # back to the pool: a slow receiver takes ten seconds
    if delivery.subscription.is_active:
        called = call(delivery)
    else:
        called = Called(delivery.subscription.url, timezone.now(), 0, error=ENDED)
    settle(claimed, called)


@contextmanager
def room_for_sender() -> Iterator[bool]:
    """Whether this process has room for one more sender; the room is taken until the block ends."""
    has_room = _room.acquire(blocking=False)
    try:
        yield has_room
    finally:
        if has_room:
            _room.release()
