"""The engine's wake-up calls."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from executions.engine.clock import Clock
from mino.common.waking import nobody_listens, send, wake

_clock = Clock(lambda count: send("executions.tasks.run_slot", count=count))


def wake_slots(count: int) -> None:
    """Once the transaction is committed, ask workers for `count` slots."""
    if count > 0:
        transaction.on_commit(lambda: send("executions.tasks.run_slot", count=count), robust=True)


def wake_slot_at(moment: datetime) -> None:
    """Once the transaction is committed, ask workers for a slot at `moment`."""
    if not nobody_listens():
        transaction.on_commit(lambda: _clock.at(moment), robust=True)


def wake_adoption(count: int) -> None:
    """Once the transaction is committed, ask workers to adopt `count` runs of lost workers."""
    if count > 0:
        transaction.on_commit(lambda: send("executions.tasks.adopt_run", count=count), robust=True)


def wake_preparation(execution_id: uuid.UUID) -> None:
    """Once the transaction is committed, ask a worker to create the execution's jobs."""
    wake("executions.tasks.prepare_execution", str(execution_id))
