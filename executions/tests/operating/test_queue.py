"""What counts as waiting although it could run."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from executions.models import AgentCredential, Execution, ExecutionStatus, Job, Retry, RetryStatus
from executions.operating.queue import count_due_retries, oldest_due_retry, queue_age
from executions.tests.operating.conftest import Running
from mino.tests.factories import ExecutionFactory, JobFactory

MINUTE = timedelta(minutes=1)


def retry(execution: Execution, due: datetime, status: str = RetryStatus.PENDING) -> Retry:
    job = JobFactory(execution=execution, status="retrying")
    return Retry.objects.create(job=job, execution=execution, attempt_number=2, scheduled_for=due, status=status)


@pytest.mark.django_db
def test_nothing_waits_where_nothing_is() -> None:
    assert not queue_age(datetime.fromisoformat("2026-01-05T09:00:00Z"))


def test_a_running_execution_with_room_waits_since_something_last_happened(running: Running, now: datetime) -> None:
    running(changed_at=now - 9 * MINUTE, queued_jobs=4, running_jobs=1, effective_concurrency=2)
    running(changed_at=now - 3 * MINUTE, queued_jobs=4)
    assert queue_age(now) == 9 * MINUTE


@pytest.mark.parametrize(
    "values",
    [
        {"running_jobs": 2, "effective_concurrency": 2},
        {"queued_jobs": 0},
        {"status": ExecutionStatus.PAUSED},
        {"has_own_worker": True},
        {"is_probing": True, "running_jobs": 1},
    ],
)
def test_what_can_not_run_does_not_wait(running: Running, now: datetime, values: dict[str, object]) -> None:
    running(**{"changed_at": now - 9 * MINUTE, "queued_jobs": 4, **values})
    assert not queue_age(now)


def test_an_execution_does_not_wait_while_its_agent_has_no_room(running: Running, now: datetime) -> None:
    execution = running(changed_at=now - 9 * MINUTE, queued_jobs=4)
    of_agent = {"organization": execution.organization, "agent": execution.agent}
    credential = AgentCredential.objects.create(**of_agent, concurrency=3, running_jobs=3)
    assert not queue_age(now)
    credential.running_jobs = 2
    credential.save()
    assert queue_age(now) == 9 * MINUTE


def test_a_retry_waits_since_it_is_due(running: Running, now: datetime) -> None:
    execution = running(changed_at=now - 9 * MINUTE, retrying_jobs=2)
    retry(execution, now - 2 * MINUTE)
    retry(execution, now - 5 * MINUTE, RetryStatus.COMPLETED)
    retry(execution, now + MINUTE)
    assert queue_age(now) == 2 * MINUTE


def test_a_new_execution_waits_for_its_jobs_since_the_newest_was_made(db: None, now: datetime) -> None:
    execution = ExecutionFactory()
    Execution.objects.update(created_at=now - 9 * MINUTE)
    assert queue_age(now) == 9 * MINUTE
    JobFactory(execution=execution)
    Job.objects.update(created_at=now - 2 * MINUTE)
    assert queue_age(now) == 2 * MINUTE


def test_due_retries_are_those_of_running_executions(running: Running, now: datetime) -> None:
    early, late, paused = running(), running(), running(status=ExecutionStatus.PAUSED)
    retry(late, now - MINUTE)
    retry(early, now - 2 * MINUTE)
    retry(early, now + MINUTE)
    retry(early, now - 9 * MINUTE, RetryStatus.PROCESSING)
    retry(paused, now - 5 * MINUTE)
    assert oldest_due_retry(now) == (early, now - 2 * MINUTE)
    assert count_due_retries(now) == 2


def test_a_running_execution_without_due_retries_is_not_the_oldest(running: Running, now: datetime) -> None:
    retry(running(), now + MINUTE)
    assert oldest_due_retry(now) is None
