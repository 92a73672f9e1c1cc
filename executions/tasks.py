"""Celery tasks: they take ids and call a service or the engine."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task
from django.db import connection
from django.utils import timezone

from executions.engine.process import process_worker, room
from executions.engine.recovery import take_lost
from executions.events.recording import events_expire
from executions.operating.heart import every_tick
from executions.operating.signs import beat_seen
from executions.rescoring.sweeping import rescorings_sweep
from executions.rescoring.working import rescoring_run
from executions.services.cancelling import cancel_left_runs
from executions.services.metering import metering_sweep
from executions.services.preparation import execution_prepare
from executions.services.retention import raw_results_expire, screenshots_expire
from executions.services.sweeping import sweep, sweep_without_beat
from mino.common.waking import send

SLOT_SECONDS = 30.0

every_tick.append(sweep_without_beat)


@shared_task
def run_slot() -> None:
    """Be one slot for about half a minute; then make room, and come back if there is more to do."""
    with room_for_slot() as has_room:
        has_more = has_room and process_worker().run_slot(seconds=SLOT_SECONDS)
    if has_more:
        send("executions.tasks.run_slot")


@shared_task
def adopt_run() -> None:
    """Take over the run of a lost worker, then be a slot like any other."""
    with room_for_slot() as has_room:
        worker = process_worker()
        if not has_room or worker.stopping.is_set():
            return
        adopted = take_lost(1, worker=worker.name, agents=worker.agents, now=timezone.now())
        connection.close()  # back to the pool: the agent goes on for minutes
        has_more = bool(adopted) and worker.run_slot(seconds=SLOT_SECONDS, first=adopted[0])
    if has_more:
        send("executions.tasks.run_slot")


@contextmanager
def room_for_slot() -> Iterator[bool]:
    """Whether this process has room for one more slot; the room is taken until the block ends."""
    has_room = room.acquire(blocking=False)
    try:
        yield has_room
    finally:
        if has_room:
            room.release()


@shared_task
def prepare_execution(execution_id: str) -> None:
    """Create the jobs of an execution that has just been made."""
    execution_prepare(uuid.UUID(execution_id))


@shared_task
def wake_executions() -> None:
    """Mend what lost wake-up calls and dead workers leave behind. Sent by beat every five seconds."""
    beat_seen(timezone.now())
    sweep()
    cancel_left_runs(process_worker().agents, timezone.now())


@shared_task
def run_rescoring(rescoring_id: str) -> None:
    """Score the results of an execution anew."""
    rescoring_run(uuid.UUID(rescoring_id))


@shared_task
def sweep_rescorings() -> None:
    """Find scoring anew whose wake-up calls were lost or whose worker died. Sent by beat every 15 seconds."""
    rescorings_sweep()


@shared_task
def sweep_metering() -> None:
    """Add what executions did to their organizations' usage. Sent by beat every minute."""
    metering_sweep()


@shared_task
def remove_expired() -> None:
    """Remove pictures, raw answers and events that were kept long enough. Sent by beat every hour."""
    events_expire()
    screenshots_expire()
    raw_results_expire()
