"""The engine's wake-up calls."""

from __future__ import annotations

import uuid

from django.db import transaction

from mino.common.waking import send, wake


def wake_slots(count: int) -> None:
    """Once the transaction is committed, ask workers for `count` slots."""
    if count > 0:
        transaction.on_commit(lambda: send("executions.tasks.run_slot", count=count), robust=True)


def wake_preparation(execution_id: uuid.UUID) -> None:
    """Once the transaction is committed, ask a worker to create the execution's jobs."""
    wake("executions.tasks.prepare_execution", str(execution_id))
