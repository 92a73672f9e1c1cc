"""A worker that is told to end, with real threads: what it holds goes on elsewhere at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from executions.agents.base import Reporter, Task
from executions.engine.recovery import take_lost
from executions.engine.worker import Worker
from executions.models import Execution, Job, JobStatus, Session, SessionStatus
from executions.tests.engine.agents import Behaviour, ScriptedAgent, right_title, wait_for_cancel
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import AGENTS

Start = Callable[..., Execution]
pytestmark = pytest.mark.django_db(transaction=True)


class Remote(ScriptedAgent):
    """An agent whose runs go on without us."""

    name = "eva"
    adopts_runs = True


def watched_run(task: Task, reporter: Reporter) -> dict[str, Any]:
    """Follow a remote run until called off."""
    reporter.started("run-7")
    return wait_for_cancel(task, reporter)


@pytest.fixture
def run() -> Iterator[Callable[..., tuple[Worker, threading.Thread]]]:
    """Starts workers with a slot each, and ends them."""
    made: list[tuple[Worker, threading.Thread]] = []

    def make(behaviour: Behaviour, kind: type[ScriptedAgent] = ScriptedAgent) -> tuple[Worker, threading.Thread]:
        worker = Worker({kind.name: kind(behaviour)})
        thread = threading.Thread(target=worker.run_slot)
        thread.start()
        made.append((worker, thread))
        return made[-1]

    yield make
    for worker, thread in made:
        worker.keeper.cancel_all(leave_runs=False)
        thread.join(20)
        worker.close()


def wait_until(condition: Callable[[], Any]) -> None:
    """Look until it is so; the test's time-out bounds it."""
    pause = threading.Event()
    for _ in range(2000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("It never came to that.")


def test_a_remote_run_is_left_to_another_worker(start_remote: Start, run: Callable[..., Any]) -> None:
    start_remote(rows=1)
    worker, thread = run(watched_run, Remote)
    wait_until(lambda: Session.objects.filter(agent_run_id="run-7").exists())
    worker.stop(grace=0)
    thread.join(20)
    session = Session.objects.get()
    assert (session.status, session.worker, session.agent_run_id) == (SessionStatus.RUNNING, "", "run-7")
    [heir] = take_lost(1, worker="heir", agents=AGENTS, now=timezone.now())
    assert (heir.run_id, heir.number) == ("run-7", 2)
    assert_counters_equal_jobs()


def test_a_local_job_is_handed_back(start: Start, run: Callable[..., Any]) -> None:
    start(rows=1)
    worker, thread = run(wait_for_cancel)
    wait_until(worker.keeper.running)
    worker.stop(grace=0)
    thread.join(20)
    job = Job.objects.get()
    assert (job.status, job.retry_count, job.sessions.get().status) == (JobStatus.QUEUED, 0, SessionStatus.HANDED_BACK)
    assert_counters_equal_jobs()


def test_what_ends_within_the_grace_time_is_finished_and_nothing_is_started(
    start: Start, run: Callable[..., Any]
) -> None:
    execution = start(rows=2)
    gate = threading.Event()

    def answer(task: Task, reporter: Reporter) -> dict[str, Any]:
        gate.wait(20)
        return right_title(task, reporter)

    worker, thread = run(answer)
    wait_until(worker.keeper.running)
    stop = threading.Thread(target=worker.stop, args=[20])
    stop.start()
    wait_until(worker.stopping.is_set)
    gate.set()
    thread.join(20)
    stop.join(20)
    execution.refresh_from_db()
    assert (execution.completed_jobs, execution.queued_jobs, execution.running_jobs) == (1, 1, 0)


def test_an_attempt_that_begins_too_late_is_called_off_as_well(start: Start, run: Callable[..., Any]) -> None:
    start(rows=1)
    idle = Worker({"local": ScriptedAgent(wait_for_cancel)})
    [attempt] = [idle.desk.hand_in(None, wants_next=True)]
    idle.stop(grace=0)
    assert idle.run_slot(first=attempt) is False
    idle.close()
    assert Job.objects.get().status == JobStatus.QUEUED
