"""Makes executions with a history of costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from executions.models import Execution, ExecutionStatus, JobStatus, SessionStatus
from mino.tests.factories import ExecutionFactory, JobFactory, SessionFactory
from projects.models import Batch

THEN = datetime(2026, 6, 1, 9, tzinfo=UTC)


def make_ended_rows(batch: Batch, *rows: Sequence[str | None], agent: str = "eva", at: datetime = THEN) -> Execution:
    """Make an execution whose rows ended, each after attempts of the given costs."""
    execution: Execution = ExecutionFactory(batch=batch, agent=agent, status=ExecutionStatus.COMPLETED, started_at=at)
    times = {"started_at": at, "finished_at": at}
    for position, costs in enumerate(rows, start=batch.rows.count() + 1):
        job = JobFactory(execution=execution, row__position=position, status=JobStatus.COMPLETED, **times)
        for cost in costs:
            price = None if cost is None else Decimal(cost)
            SessionFactory(job=job, status=SessionStatus.COMPLETED, cost=price, **times)
    return execution
