"""Fixtures for tests of costs: a project with a history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from executions.models import Execution, ExecutionStatus, JobStatus, SessionStatus
from mino.tests.factories import ExecutionFactory, JobFactory, SessionFactory
from projects.models import Batch

EndedRows = Callable[..., Execution]
THEN = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def ended_rows(batch: Batch) -> EndedRows:
    """Makes an execution whose rows ended, each after attempts of the given costs."""

    def make(*rows: Sequence[str | None], agent: str = "eva", at: datetime = THEN) -> Execution:
        execution = ExecutionFactory(batch=batch, agent=agent, status=ExecutionStatus.COMPLETED, started_at=at)
        for position, costs in enumerate(rows, start=batch.rows.count() + 1):
            times = {"started_at": at, "finished_at": at}
            job = JobFactory(execution=execution, row__position=position, status=JobStatus.COMPLETED, **times)
            for cost in costs:
                price = None if cost is None else Decimal(cost)
                SessionFactory(job=job, status=SessionStatus.COMPLETED, cost=price, **times)
        return execution

    return make
