"""Wake-up calls for workers: messages that carry ids and may all be lost, because a beat task finds the work again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
STALE_AFTER = 15
"""Seconds after which a wake-up call is worth nothing: by then the beat task has sent others."""

_nobody_listens: ContextVar[bool] = ContextVar("nobody_listens", default=False)


@contextmanager
def without_wake_ups() -> Iterator[None]:
    """Publish nothing meanwhile in this thread: for a command that does the work itself and may have no broker."""
    token = _nobody_listens.set(True)
    try:
        yield
    finally:
        _nobody_listens.reset(token)


def nobody_listens() -> bool:
    """Whether wake-up calls are of no use in this thread, because it does all the work itself."""
    return _nobody_listens.get()


def send(task: str, *arguments: str, count: int = 1) -> None:
    """Publish a task `count` times, best effort: a broker that is down is logged, never an error for the caller."""
    if _nobody_listens.get():
        return
    try:
        for _ in range(count):
            current_app.send_task(task, args=arguments, expires=STALE_AFTER, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("The broker could not be reached, the beat task will find the work: %s", error)


def wake(task: str, *arguments: str) -> None:
    """Publish a task once the transaction is committed."""
    transaction.on_commit(lambda: send(task, *arguments), robust=True)
