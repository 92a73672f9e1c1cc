"""Live events are noted without gaps, in the order of the commits, and only what happened."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from executions.api.execution_shapes import ExecutionGiven
from executions.engine.attempt import Attempt
from executions.engine.ledger import exchange
from executions.events.reading import standings
from executions.events.recording import events_expire
from executions.models import Execution, ExecutionEvent
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.deletion import purge_batch
from executions.services.tuning import execution_set_max_retries
from executions.tests.engine.world import AGENTS, ended
from mino.common.api.serializers import given

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


def told(execution: Execution) -> list[str]:
    """The events in short, after a look whether they are numbered without gaps."""
    events = list(ExecutionEvent.objects.filter(execution=execution).order_by("sequence"))
    execution.refresh_from_db()
    assert [event.sequence for event in events] == list(range(1, execution.last_event + 1))
    return [
        event.data["status"] if "status" in event.data else " ".join(job["status"] for job in event.data["jobs"])
        for event in events
    ]


def test_states_and_jobs_come_in_their_order(start: Start, take: Take, finish: Take, owner: User) -> None:
    execution = start(rows=3)
    first, second, third = take(3)
    take(0, ended(first, "right", timezone.now()), ended(second, "final", timezone.now()))
    execution_pause(execution.pk, user=owner)
    execution_resume(execution.pk, user=owner)
    finish(third, "wrong")
    assert told(execution) == ["running", "completed error", "paused", "running", "completed", "completed"]


def test_a_job_that_goes_on_has_not_finished(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "passing")
    assert told(execution) == ["running"]


def test_a_retry_that_is_given_up_finishes_its_job(start: Start, take: Take, finish: Take, owner: User) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "passing")
    execution_set_max_retries(execution.pk, 0, user=owner)
    assert told(execution) == ["running", "error", "completed"]


def test_an_account_without_credit_tells_the_reason(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=2)
    finish(take(1)[0], "no credit")
    assert told(execution) == ["running", "paused"]
    assert execution.events.latest("sequence").data["status_code"] == "AGENT_BALANCE"


def test_results_are_not_repeated_in_events(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "right")
    job = ExecutionEvent.objects.get(execution=execution, type="job.finished").data["jobs"][0]
    assert job == {
        "job_id": str(execution.jobs.get().pk),
        "url": execution.jobs.get().url,
        "status": "completed",
        "evaluation_result": "pass",
        "error_code": "",
        "retry_count": 0,
        "cost": job["cost"],
    }


def test_progress_names_results_as_the_execution_does(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=2)
    finish(take(1)[0], "right")
    progress = standings([execution.pk])[execution.pk].progress
    assert progress["results"] == given(ExecutionGiven, Execution.objects.get())["results"]
    assert progress["results"] == {"passed": 1, "failed": 0, "not_gradable": 0}


def test_old_events_go_and_the_numbers_go_on(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=2)
    first, second = take(2)
    finish(first, "right")
    ExecutionEvent.objects.update(created_at=timezone.now() - timedelta(hours=25))
    finish(second, "right")
    assert events_expire() == 2
    assert list(execution.events.values_list("sequence", flat=True)) == [3, 4]


def test_events_go_with_their_batch(start: Start, owner: User) -> None:
    execution = start(rows=1)
    execution_stop(execution.pk, user=owner)
    purge_batch(execution.batch_id)
    assert not ExecutionEvent.objects.exists()


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_when_workers_end_attempts_at_once(start: Start) -> None:
    execution = start(rows=40, concurrency=40)
    attempts = exchange([], 40, worker="here", agents=AGENTS)
    barrier = threading.Barrier(4)

    def end(mine: list[Attempt]) -> None:
        barrier.wait()
        for attempt in mine:
            exchange([ended(attempt, "right", timezone.now())], 0, worker="here", agents=AGENTS)
        connection.close()

    threads = [threading.Thread(target=end, args=(attempts[number::4],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(execution) == ["running", *["completed"] * 41]
