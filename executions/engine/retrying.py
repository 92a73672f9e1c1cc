"""The queue of further attempts: which failure gets one, and what is written of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from executions.engine.attempt import Ending, Finished
from executions.engine.backoff import retry_delay
from executions.engine.waking import wake_slot_at
from executions.models import FailureType, Retry, RetryStatus
from executions.transitions import move_each
from mino.common.bulk import insert_many
from mino.common.models import new_id


@dataclass(frozen=True, slots=True)
class Further:
    """A further attempt: the retry's number (from 1), when it is due, and why."""

    number: int
    scheduled_for: datetime
    reason: str


def further_attempt(finished: Finished, max_retries: int, now: datetime) -> Further | None:
    """The retry that a failed attempt gets; None when its error is permanent or its retries are used up."""
    attempt = finished.attempt
    limit = max_retries if attempt.max_retries is None else attempt.max_retries
    if finished.failure_type != FailureType.TRANSIENT or attempt.retry_count >= limit:
        return None
    number = attempt.retry_count + 1
    due = now + retry_delay(attempt.retry_count, finished.retry_after)
    return Further(number, due, f"Retry {number} of {limit} after {finished.error_code}")


def write_retries(execution_id: uuid.UUID, ended: Sequence[tuple[Finished, Further | None]]) -> None:
    """End the retries that the attempts carried out, and put the further ones into the queue."""
    for status in (RetryStatus.COMPLETED, RetryStatus.FAILED):
        done = [{"id": one.attempt.retry_id} for one, _ in ended if one.attempt.retry_id and _status(one) is status]
        move_each(Retry, done, status, source=RetryStatus.PROCESSING)
    rows = [_row(execution_id, one, further) for one, further in ended if further]
    insert_many(Retry, rows)
    for row in rows:
        wake_slot_at(row["scheduled_for"])


def _status(finished: Finished) -> RetryStatus:
    return RetryStatus.COMPLETED if finished.ending is Ending.COMPLETED else RetryStatus.FAILED


def _row(execution_id: uuid.UUID, finished: Finished, further: Further) -> dict[str, Any]:
    return {
        "id": new_id(),
        "job_id": finished.attempt.job_id,
        "execution_id": execution_id,
        "attempt_number": further.number,
        "scheduled_for": further.scheduled_for,
        "error_code": finished.error_code,
        "error_message": finished.error_message,
        "stack_trace": finished.stack_trace,
        "created_at": finished.finished_at,
    }
