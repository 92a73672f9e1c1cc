"""The desk and the keeper when something goes wrong: no result is lost, and no slot waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from executions.agents.base import Reporter, Screenshot, Task
from executions.engine import desk as desk_module
from executions.engine import keeper as keeper_module
from executions.engine import running as running_module
from executions.engine.attempt import Attempt, Ending, Finished
from executions.engine.desk import DatabaseGone, Desk, DeskClosed
from executions.engine.keeper import Keeper, renew_leases
from executions.engine.ledger import exchange
from executions.engine.reporter import AttemptReporter
from executions.engine.worker import Worker
from executions.models import AgentCredential, Execution, ExecutionStatus, Job, JobStatus, Session, SessionStatus
from executions.pictures import storing as storing_module
from executions.services.control import execution_stop
from executions.tests.engine.agents import ScriptedAgent, right_title
from executions.tests.engine.counting import assert_counters_equal_jobs
from mino.tests.processes import wait_for

Start = Callable[..., Execution]
pytestmark = pytest.mark.django_db(transaction=True)
LOCAL = frozenset({"local"})


class Trouble:
    """Raises the given errors, one a call, before the real `exchange` is reached."""

    def __init__(self, *errors: Exception, for_claims: Exception | None = None) -> None:
        self.errors = list(errors)
        self.for_claims = for_claims

    def __call__(self, finished: Sequence[Finished], wanted: int, **values: Any) -> list[Attempt]:
        """Raise the next error, or go on."""
        if self.errors:
            raise self.errors.pop(0)
        if wanted and self.for_claims:
            raise self.for_claims
        return exchange(finished, wanted, **values)


@pytest.fixture
def make_desk() -> Iterator[Callable[..., Desk]]:
    """Makes desks and closes them."""
    made: list[Desk] = []

    def make(**values: Any) -> Desk:
        made.append(Desk(worker="here", agents=LOCAL, **values))
        return made[-1]

    yield make
    for one in made:
        one.close()


def completed(attempt: Attempt, **values: Any) -> Finished:
    """The attempt with an answer."""
    usual = {"ending": Ending.COMPLETED, "agent_seconds": 1.0, "data": {"title": "Kettle 1"}}
    return Finished(**{"attempt": attempt, "finished_at": timezone.now(), **usual, **values})


def reporter_of(attempt: Attempt) -> AttemptReporter:
    """A reporter that only takes notes."""
    return AttemptReporter(attempt, on_started=lambda *_: None, on_screenshot=lambda *_: None)


def take(count: int = 1) -> list[Attempt]:
    """Claim jobs."""
    return exchange([], count, worker="here", agents=LOCAL)


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("connection already closed")])
def test_a_lost_connection_costs_no_result(
    error: Exception, start: Start, make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    start(rows=1)
    [attempt] = take()
    monkeypatch.setattr(desk_module, "exchange", Trouble(error, error))
    make_desk().hand_in(completed(attempt), wants_next=True)
    assert Job.objects.get().result == {"title": "Kettle 1"}


def test_a_database_that_stays_away_is_given_up_after_a_while(
    start: Start, make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "exchange", Trouble(*[OperationalError("no route")] * 9))
    monkeypatch.setattr(desk_module, "_database_answers", lambda: False)
    desk = make_desk(patience=0.0)
    with pytest.raises(DatabaseGone):
        desk.hand_in(None, wants_next=True)
    monkeypatch.undo()
    assert desk.hand_in(None, wants_next=True) is None


def test_the_desk_outlives_a_fault_in_the_book_keeping(
    start: Start, make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    start(rows=1)
    desk = make_desk()
    monkeypatch.setattr(desk_module, "exchange", Trouble(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        desk.hand_in(None, wants_next=True)
    assert desk.hand_in(None, wants_next=True)


def test_a_next_job_that_cannot_be_taken_costs_no_result(
    start: Start, make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    start(rows=2)
    [attempt] = take()
    monkeypatch.setattr(desk_module, "exchange", Trouble(for_claims=ValueError("an unknown option")))
    assert make_desk().hand_in(completed(attempt), wants_next=True) is None
    assert Job.objects.get(position=1).result == {"title": "Kettle 1"}
    assert_counters_equal_jobs()


@pytest.mark.parametrize("ending", [Ending.COMPLETED, Ending.ERROR])
def test_what_cannot_be_stored_ends_as_an_error(ending: Ending, start: Start, make_desk: Callable[..., Desk]) -> None:
    start(rows=1)
    [attempt] = take()
    odd = completed(attempt, ending=ending, cost=Decimal("NaN"), run_id="run-7", error_message="No.\x00")
    make_desk().hand_in(odd, wants_next=True)
    job = Job.objects.get()
    assert (job.status, job.error_code) == (JobStatus.ERROR, "INVALID_RESULT")
    assert Session.objects.get().agent_run_id == "run-7"
    assert_counters_equal_jobs()


def test_after_its_end_nobody_waits_at_the_desk(
    make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "LOOK_UP_SECONDS", 0.01)
    desk = make_desk()
    desk.close()
    with pytest.raises(DeskClosed):
        desk.hand_in(None, wants_next=True)


def run_one(behaviour: Callable[[Task, Reporter], Any]) -> None:
    """One slot with an agent that behaves like this."""
    worker = Worker({"local": ScriptedAgent(behaviour)})
    try:
        worker.run_slot()
        assert worker.keeper.running() == []
    finally:
        worker.close()


def test_an_answer_that_cannot_be_compared_ends_as_an_error(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError

    start(rows=1)
    monkeypatch.setattr(running_module, "evaluate_row", broken)
    run_one(right_title)
    assert Job.objects.get().error_code == "INVALID_RESULT"


def test_the_remote_run_is_known_though_its_id_could_not_be_written_at_once(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pay(task: Task, reporter: Reporter) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(Session, "objects", _Down())
            reporter.started("run-7")
        return right_title(task, reporter)

    start(rows=1)
    run_one(pay)
    session = Session.objects.get()
    assert (session.agent_run_id, session.status) == ("run-7", SessionStatus.COMPLETED)


def test_a_picture_that_cannot_be_stored_costs_no_result(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("the storage is full")

    def show(task: Task, reporter: Reporter) -> Any:
        reporter.screenshot(Screenshot(b"no picture"))
        return right_title(task, reporter)

    start(rows=1)
    monkeypatch.setattr(storing_module, "picture_format", full)
    run_one(show)
    assert Job.objects.get().status == JobStatus.COMPLETED


class _Down:
    """Stands for a manager whose database is down."""

    def filter(self, **_: object) -> Any:
        """Say so."""
        raise OperationalError("down")


def test_the_keeper_outlives_a_lost_connection(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    start(rows=1)
    [attempt] = take()
    reporter = reporter_of(attempt)
    reporter.started("run-7")
    failed = threading.Event()

    def fail(*_: object) -> None:
        failed.set()
        monkeypatch.undo()
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(keeper_module, "WRITE_EVERY", 0.01)
    monkeypatch.setattr(keeper_module, "write_progress", fail)
    keeper = Keeper()
    keeper.add(reporter)
    try:
        wait_for(lambda: bool(Session.objects.get().agent_run_id))
    finally:
        keeper.close()
    assert failed.is_set()


def test_the_lease_is_renewed_until_the_result_is_written(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    start(rows=1)
    worker = Worker({"local": ScriptedAgent()})
    held: list[int] = []

    def count(finished: Sequence[Finished], wanted: int, **values: Any) -> list[Attempt]:
        held.append(len(worker.keeper.running()) if finished else 1)
        return exchange(finished, wanted, **values)

    monkeypatch.setattr(desk_module, "exchange", count)
    worker.run_slot()
    worker.close()
    assert held == [1, 1]
    assert worker.keeper.running() == []


def test_leases_of_running_attempts_alone_are_renewed(start: Start) -> None:
    start(rows=2)
    running, over = take(2)
    past = timezone.now() - timedelta(hours=1)
    Session.objects.update(lease_expires_at=past)
    Session.objects.filter(pk=over.session_id).update(status=SessionStatus.STOPPED)
    renew_leases([running.session_id, over.session_id])
    assert Session.objects.get(lease_expires_at__gt=timezone.now()).pk == running.session_id
    assert Session.objects.get(lease_expires_at=past).pk == over.session_id


def test_stopping_gives_slots_back_and_ends_attempts(start: Start, make_desk: Callable[..., Desk]) -> None:
    execution = start(rows=3)
    AgentCredential.objects.create(organization=execution.organization, agent="local", concurrency=4)
    first, second = take(2)
    assert execution_stop(execution.pk, user=None).affected_jobs == 3
    assert_counters_equal_jobs()
    assert set(Session.objects.values_list("status", flat=True)) == {SessionStatus.STOPPED}
    make_desk().hand_in(completed(first), wants_next=True)
    execution.refresh_from_db()
    assert (execution.status, execution.stopped_jobs) == (ExecutionStatus.STOPPED, 3)
    assert Job.objects.get(pk=second.job_id).result is None
    assert_counters_equal_jobs()
