"""Whoever registers hears once of each end of an execution, inside the transaction that ends it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from executions.engine.attempt import Attempt
from executions.models import Execution, ExecutionStatus, Job
from executions.services.control import execution_stop
from executions.services.failing import execution_fail
from executions.services.requeueing import jobs_requeue, jobs_skip
from executions.services.sweeping import close_ended
from executions.tests.engine.world import HandClock
from mino.common.hooks import execution_finished

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
Told = list[tuple[uuid.UUID, str]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[Told]:
    """The executions that were told to have ended, with the status that each had then."""
    calls: Told = []

    def listen(execution_id: uuid.UUID) -> None:
        assert transaction.get_connection().in_atomic_block
        calls.append((execution_id, Execution.objects.values_list("status", flat=True).get(pk=execution_id)))

    execution_finished.register(listen)
    yield calls
    execution_finished._functions.remove(listen)


def test_the_last_result_tells_once(start: Start, take: Take, finish: Take, told: Told) -> None:
    execution = start(rows=2)
    first, second = take(2)
    finish(first)
    assert told == []
    finish(second)
    assert told == [(execution.pk, ExecutionStatus.COMPLETED)]
    close_ended(timezone.now())
    assert len(told) == 1


def test_a_second_end_after_a_requeue_is_told_too(start: Start, take: Take, finish: Take, told: Told) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "final")
    jobs_requeue(execution.pk, user=None)
    assert len(told) == 1
    finish(take(1)[0])
    assert told == [(execution.pk, ExecutionStatus.COMPLETED)] * 2


def test_skipping_what_is_left_tells(start: Start, told: Told) -> None:
    execution = start(rows=2)
    jobs_skip(execution.pk, user=None, jobs=list(Job.objects.values_list("pk", flat=True)))
    assert told == [(execution.pk, ExecutionStatus.COMPLETED)]


def test_a_stop_tells_once(start: Start, told: Told) -> None:
    execution = start(rows=2)
    execution_stop(execution.pk, user=None)
    execution_stop(execution.pk, user=None)
    assert told == [(execution.pk, ExecutionStatus.STOPPED)]


def test_a_failure_tells_once(start: Start, told: Told) -> None:
    execution = start(rows=2)
    for _ in range(2):
        execution_fail(execution.pk, code="AGENT_FAILURE", reason="The agent is gone.")
    assert told == [(execution.pk, ExecutionStatus.FAILED)]


def test_a_listener_that_fails_undoes_the_stop(start: Start, clock: HandClock) -> None:
    execution = start(rows=1)

    def refuse(execution_id: uuid.UUID) -> None:
        raise RuntimeError("No.")

    execution_finished.register(refuse)
    try:
        with pytest.raises(RuntimeError, match=r"No\."):
            execution_stop(execution.pk, user=None)
    finally:
        execution_finished._functions.remove(refuse)
    execution.refresh_from_db()
    assert execution.status != ExecutionStatus.STOPPED
