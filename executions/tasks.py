"""Celery tasks: they take ids and call a service or the engine."""

from __future__ import annotations

import uuid

from celery import shared_task

from executions.engine.process import process_worker, room
from executions.services.preparation import execution_prepare
from executions.services.sweeping import find_work, stop_abandoned
from mino.common.waking import send

SLOT_SECONDS = 30.0


@shared_task
def run_slot() -> None:
    """Be one slot for about half a minute; then make room, and come back if there is more to do."""
    if not room.acquire(blocking=False):
        return
    try:
        has_more = process_worker().run_slot(seconds=SLOT_SECONDS)
    finally:
        room.release()
    if has_more:
        send("executions.tasks.run_slot")


@shared_task
def prepare_execution(execution_id: str) -> None:
    """Create the jobs of an execution that has just been made."""
    execution_prepare(uuid.UUID(execution_id))


@shared_task
def wake_executions() -> None:
    """Find work whose wake-up calls were lost. Sent by beat every five seconds."""
    stop_abandoned()
    find_work()
