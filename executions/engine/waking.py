"""Wake-up calls: messages that carry ids and may all be lost, because a beat task finds the work again."""

from __future__ import annotations

import logging
import uuid

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
STALE_AFTER = 15
"""Seconds after which a wake-up call is worth nothing: by then the beat task has sent others."""


def send(task: str, *arguments: str, count: int = 1) -> None:
    """Publish a task `count` times, best effort: a broker that is down is logged, never an error for the caller."""
    try:
        for _ in range(count):
            current_app.send_task(task, args=arguments, expires=STALE_AFTER, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("The broker could not be reached, the beat task will find the work: %s", error)


def wake_slots(count: int) -> None:
    """Once the transaction is committed, ask workers for `count` slots."""
    if count > 0:
        transaction.on_commit(lambda: send("executions.tasks.run_slot", count=count), robust=True)


def wake_preparation(execution_id: uuid.UUID) -> None:
    """Once the transaction is committed, ask a worker to create the execution's jobs."""
    transaction.on_commit(lambda: send("executions.tasks.prepare_execution", str(execution_id)), robust=True)
