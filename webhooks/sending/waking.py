"""The wake-up calls for what is to be told: mere hints, since the sweep finds everything in the database."""

from __future__ import annotations

import threading
import uuid

from django.db import transaction

from mino.common.waking import nobody_listens, send, wake
from webhooks.events import GATHER_SECONDS

HAND_OUT_TASK = "webhooks.tasks.hand_out"
DELIVER_TASK = "webhooks.tasks.deliver"
TELL_OWNERS_TASK = "webhooks.tasks.tell_owners"

_ringing: set[uuid.UUID] = set()
_lock = threading.Lock()


def wake_handing_out(organization_id: uuid.UUID) -> None:
    """Once the transaction is committed, have a worker hand out what the organization's subscriptions are to get."""
    wake(HAND_OUT_TASK, str(organization_id))


def wake_gathering(organization_id: uuid.UUID, seconds: float = GATHER_SECONDS) -> None:
    """The same after a while, in which more is gathered. While this process waits, further calls change nothing."""
    if not nobody_listens():
        transaction.on_commit(lambda: _ring_later(organization_id, seconds), robust=True)


def wake_senders(count: int) -> None:
    """Once the transaction is committed, ask workers to be up to `count` senders."""
    if count > 0:
        transaction.on_commit(lambda: send(DELIVER_TASK, count=count), robust=True)


def _ring_later(organization_id: uuid.UUID, seconds: float) -> None:
    with _lock:
        if organization_id in _ringing:
            return
        _ringing.add(organization_id)
    timer = threading.Timer(seconds, _ring, [organization_id])
    timer.daemon = True
    timer.start()


def _ring(organization_id: uuid.UUID) -> None:
    with _lock:
        _ringing.discard(organization_id)
    send(HAND_OUT_TASK, str(organization_id))
