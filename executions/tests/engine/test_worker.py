"""The engine with real threads: slots, the desk that books for them, and the keeper."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from executions.agents.base import AgentError, ErrorCode, Reporter, Step, Task
from executions.engine.keeper import write_progress
from executions.engine.ledger import exchange
from executions.engine.reporter import AttemptReporter
from executions.engine.worker import Worker
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Session
from executions.services.control import execution_stop
from executions.tests.engine.agents import Behaviour, ScriptedAgent, right_title, wait_for_cancel
from executions.tests.engine.counting import assert_counters_equal_jobs
from mino.tests.processes import wait_for

Start = Callable[..., Execution]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker() -> Iterator[Callable[[Behaviour], Worker]]:
    """Makes workers whose agent behaves as told."""
    made: list[Worker] = []

    def make(behaviour: Behaviour = right_title) -> Worker:
        made.append(Worker({"local": ScriptedAgent(behaviour)}))
        return made[-1]

    yield make
    for one in made:
        one.close()


def run_slots(worker: Worker, count: int) -> None:
    """Run so many slots at once until nothing is left to do."""
    threads = [threading.Thread(target=worker.run_slot) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_many_slots_finish_all_jobs_and_respect_the_concurrency(start: Start, worker: Callable[..., Worker]) -> None:
    execution = start(rows=60, concurrency=4)
    crowd = worker()
    run_slots(crowd, 16)
    execution.refresh_from_db()
    assert (execution.status, execution.completed_jobs) == (ExecutionStatus.COMPLETED, 60)
    assert crowd.agents["local"].most_running <= 4  # type: ignore[attr-defined]
    assert_counters_equal_jobs()


def test_two_workers_never_run_the_same_job(start: Start, worker: Callable[..., Worker]) -> None:
    start(rows=40, concurrency=20)
    crowds = [worker(), worker()]
    threads = [threading.Thread(target=run_slots, args=[crowd, 6]) for crowd in crowds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    urls = [task.url for crowd in crowds for task in crowd.agents["local"].tasks]  # type: ignore[attr-defined]
    assert len(urls) == len(set(urls)) == 40
    assert_counters_equal_jobs()


def test_an_agents_typed_error_is_kept_on_job_and_attempt(start: Start, worker: Callable[..., Worker]) -> None:
    def fail(task: Task, reporter: Reporter) -> Any:
        raise AgentError(ErrorCode.PAGE_NOT_FOUND, "The page does not exist.", transient=False)

    start(rows=1)
    run_slots(worker(fail), 1)
    job = Job.objects.get()
    assert (job.status, job.error_code, job.failure_type) == (JobStatus.ERROR, "PAGE_NOT_FOUND", "permanent")
    assert job.sessions.get().error_message == "The page does not exist."


def test_an_agent_that_breaks_does_not_break_the_worker(start: Start, worker: Callable[..., Worker]) -> None:
    def crash(task: Task, reporter: Reporter) -> Any:
        if "shop1." in task.url:
            raise ZeroDivisionError
        return right_title(task, reporter)

    execution = start(rows=2, max_retries=0)
    run_slots(worker(crash), 1)
    execution.refresh_from_db()
    assert (execution.error_jobs, execution.completed_jobs) == (1, 1)
    assert Job.objects.get(error_code="UNKNOWN_ERROR").sessions.get().stack_trace


def test_an_agent_that_can_not_be_made_ends_its_jobs(start: Start) -> None:
    class Unmakeable(dict[str, Any]):
        def __missing__(self, name: str) -> Any:
            raise RuntimeError("no browser")

    execution = start(rows=2)
    crowd = Worker(Unmakeable())
    crowd.desk._agents = frozenset({"local"})
    run_slots(crowd, 1)
    crowd.close()
    execution.refresh_from_db()
    assert (execution.error_jobs, execution.running_jobs) == (2, 0)
    assert set(Job.objects.values_list("error_code", flat=True)) == {"AGENT_FAILURE"}


def test_what_no_database_can_hold_is_taken_out_of_answers(start: Start, worker: Callable[..., Worker]) -> None:
    start(rows=1)
    run_slots(worker(lambda task, reporter: {"title": "Ket\x00tle\ud800 1", "price": float("nan"), "more": 1}), 1)
    assert Job.objects.get().result == {"title": "Kettle 1", "price": None}


def test_steps_and_sources_are_kept_with_the_attempt(start: Start, worker: Callable[..., Worker]) -> None:
    start(rows=1)
    run_slots(worker(), 1)
    [step] = Session.objects.get().steps
    assert (step["description"], step["url"]) == ("Opening the page", "https://shop1.example/item")
    assert Job.objects.get().sources == {"title": "h1"}


def test_a_worker_that_stops_hands_its_jobs_back(start: Start, worker: Callable[..., Worker]) -> None:
    execution = start(rows=2, concurrency=2)
    crowd = worker(wait_for_cancel)
    threads = [threading.Thread(target=crowd.run_slot) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(crowd.keeper.running()) == 2)
    crowd.stop(grace=0)
    for thread in threads:
        thread.join(20)
    execution.refresh_from_db()
    assert (execution.status, execution.queued_jobs, execution.running_jobs) == (ExecutionStatus.RUNNING, 2, 0)
    assert_counters_equal_jobs()


def test_progress_is_written_only_while_the_session_holds_the_job(start: Start) -> None:
    start(rows=1)
    [attempt] = exchange([], 1, worker="here", agents={"local"})
    reporter = AttemptReporter(attempt, on_started=lambda *_: None, on_screenshot=lambda *_: None)
    reporter.step(Step("Reading the price", "https://shop1.example/price", progress=40))
    write_progress([(reporter, reporter.news() or {})])
    job = Job.objects.get()
    assert (job.step, job.progress, job.current_url) == ("Reading the price", 40, "https://shop1.example/price")
    Job.objects.update(status=JobStatus.QUEUED)
    reporter.step(Step("Too late"))
    write_progress([(reporter, reporter.news() or {})])
    assert Job.objects.get().step == "Reading the price"


def test_stopping_keeps_what_is_done(start: Start, worker: Callable[..., Worker]) -> None:
    execution = start(rows=3, concurrency=1)
    one = worker()
    one.run_slot(seconds=0)
    assert execution_stop(execution.pk, user=None).affected_jobs == 2
    assert execution_stop(execution.pk, user=None).affected_jobs == 0
    execution.refresh_from_db()
    assert (execution.status, execution.completed_jobs, execution.stopped_jobs) == (ExecutionStatus.STOPPED, 1, 2)
    run_slots(one, 2)
    assert_counters_equal_jobs()
    assert execution.finished_at
