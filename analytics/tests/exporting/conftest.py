"""An execution with results of every kind."""

from __future__ import annotations

from typing import Any

import pytest

from executions.models import Execution, Job, JobStatus
from mino.tests.factories import ExecutionFactory, FieldResultFactory, JobFactory, RowFactory
from projects.models import Batch


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """An execution without jobs over the batch of title and price."""
    execution: Execution = ExecutionFactory(batch=batch, number=7)
    return execution


def add_job(execution: Execution, position: int, *, result: dict[str, Any] | None = None, **values: Any) -> Job:
    """A job of a new row; completed when it has a result."""
    of_row = {name.removeprefix("row_"): values.pop(name) for name in list(values) if name.startswith("row_")}
    row = RowFactory(batch=execution.batch, position=100 + position, **of_row)
    status = JobStatus.COMPLETED if result is not None else values.pop("status", JobStatus.QUEUED)
    job: Job = JobFactory(execution=execution, row=row, position=position, result=result, status=status, **values)
    return job


@pytest.fixture
def mixed(execution: Execution) -> Execution:
    """One job passed, one failed with a half-right title, one errored, one waits."""
    add_job(
        execution,
        1,
        result={"title": "Kettle 101", "price": 101.5},
        outcomes={"title": "correct", "price": "correct"},
        evaluation_result="pass",
        accuracy=1.0,
        attempts=1,
        agent_seconds=1.23456,
    )
    half = add_job(
        execution,
        2,
        result={"title": "Kettle", "price": None},
        outcomes={"title": "wrong", "price": "missed"},
        evaluation_result="fail",
        accuracy=0.0,
        attempts=2,
    )
    FieldResultFactory(job=half, column="title", outcome="wrong", reason="partial_match", score=0.75)
    FieldResultFactory(job=half, column="price", outcome="missed", score=0.0)
    add_job(execution, 3, status=JobStatus.ERROR, error_code="TIMEOUT", error_message="Too slow.", attempts=1)
    add_job(execution, 4)
    execution.total_jobs = 4
    execution.save(update_fields=["total_jobs"])
    return execution
