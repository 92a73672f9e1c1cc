"""Stopping: what runs is called off, also remotely, nothing starts any more, and what it took is kept."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from executions.agents.base import Agent
from executions.engine.attempt import Attempt
from executions.engine.keeper import call_off_ended
from executions.engine.reporter import AttemptReporter
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry, RetryStatus, Session, SessionStatus
from executions.services import control, ending
from executions.services.cancelling import cancel_left_runs
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.requeueing import jobs_requeue
from executions.services.sweeping import end_left
from executions.tests.engine.agents import ScriptedAgent
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import HandClock
from mino.common.errors import InvalidState

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


class Remote(ScriptedAgent):
    """Keeps which runs were called off."""

    name = "eva"

    def __init__(self) -> None:
        super().__init__()
        self.cancelled: list[str] = []

    def cancel(self, run_id: str) -> None:
        """Note the run."""
        self.cancelled.append(run_id)


def test_nothing_runs_after_a_stop(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=4)
    first, second = take(2)
    finish(first, "passing")
    assert execution_stop(execution.pk, user=None).affected_jobs == 4
    clock.advance(100)
    assert finish(second, "passing", wanted=4) == []
    assert set(Job.objects.values_list("status", flat=True)) == {JobStatus.STOPPED}
    assert set(Retry.objects.values_list("status", flat=True)) == {RetryStatus.CANCELLED}
    for act in (execution_pause, execution_resume, jobs_requeue):
        with pytest.raises(InvalidState, match="stopped"):
            act(execution.pk, user=None)
    assert execution_stop(execution.pk, user=None).affected_jobs == 0


def test_a_retry_under_way_ends_with_the_stop(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "passing")
    clock.advance(2)
    take(1)
    execution_stop(execution.pk, user=None)
    assert Retry.objects.get().status == RetryStatus.FAILED
    assert_counters_equal_jobs()


def test_the_keeper_tells_a_running_attempt_to_end_its_run(start: Start, take: Take) -> None:
    execution = start(rows=2)
    [attempt] = take(1)
    reporter = AttemptReporter(attempt, on_started=lambda *_: None, on_screenshot=lambda *_: None)
    call_off_ended([reporter])
    assert not reporter.cancelled.is_set()
    execution_stop(execution.pk, user=None)
    call_off_ended([reporter])
    assert (reporter.cancelled.is_set(), reporter.leave_run) == (True, False)


def test_what_a_called_off_attempt_took_is_kept(start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=1)
    [attempt] = take(1)
    execution_stop(execution.pk, user=None)
    assert Session.objects.get().needs_cancel
    for _ in range(2):
        finish(attempt, "called off", charged_steps=2)
    session, job = Session.objects.get(), Job.objects.get()
    execution.refresh_from_db()
    assert (session.status, session.needs_cancel) == (SessionStatus.STOPPED, False)
    assert session.cost == job.cost == execution.cost == Decimal("0.032")
    assert job.status == JobStatus.STOPPED


def test_a_run_that_no_worker_calls_off_is_called_off_by_the_sweep(
    start_remote: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start_remote(rows=1)
    [attempt] = take(1)
    Session.objects.update(agent_run_id="run-7")
    execution_stop(execution.pk, user=None)
    agent = Remote()
    agents: dict[str, Agent] = {"eva": agent}
    assert cancel_left_runs(agents, timezone.now()) == 0
    clock.advance(16)
    assert (cancel_left_runs(agents, timezone.now()), agent.cancelled) == (1, ["run-7"])
    assert (cancel_left_runs(agents, timezone.now()), agent.cancelled) == (0, ["run-7"])
    finish(attempt, "called off", charged_steps=4)
    assert Session.objects.get().cost == Execution.objects.get().cost == Decimal("0.05")


def test_a_stop_that_was_broken_off_is_completed_by_the_sweep(
    start: Start, take: Take, finish: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    execution = start(rows=6, concurrency=3)
    running = take(3)
    finish(running[0], "passing")
    with monkeypatch.context() as patch:
        patch.setattr(control, "end_waiting", lambda _: 0)
        assert execution_stop(execution.pk, user=None).affected_jobs == 2
    assert take(9) == []
    monkeypatch.setattr(ending, "JOBS_AT_ONCE", 1)
    assert [end_left(), end_left()] == [4, 0]
    execution.refresh_from_db()
    assert (execution.status, execution.stopped_jobs, execution.queued_jobs) == ("stopped", 6, 0)
    assert_counters_equal_jobs()


def test_a_stopped_execution_keeps_what_is_done(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=2)
    first, _ = take(2)
    finish(first)
    execution_stop(execution.pk, user=None)
    execution.refresh_from_db()
    counts: Any = (execution.completed_jobs, execution.stopped_jobs, execution.passed_jobs)
    assert (execution.status, counts) == (ExecutionStatus.STOPPED, (1, 1, 1))
