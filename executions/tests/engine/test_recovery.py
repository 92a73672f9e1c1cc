"""Workers that die: their jobs are found, remote runs are adopted, and what they send too late changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from executions.agents.base import Reporter, Result, RunNotFound, Step, Task
from executions.engine import plan
from executions.engine.attempt import Attempt, Ending
from executions.engine.keeper import call_off_ended, renew_leases, write_progress
from executions.engine.ledger import exchange
from executions.engine.recovery import settle_lost, take_lost
from executions.engine.reporter import AttemptReporter
from executions.engine.running import run_attempt
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry, Session, SessionStatus
from executions.services.control import execution_pause, execution_stop
from executions.tests.engine.agents import ScriptedAgent
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import AGENTS, HandClock

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db
LEASE = 61.0


class Forgetful(ScriptedAgent):
    """An agent whose service knows no run any more."""

    name = "eva"
    adopts_runs = True

    def adopt(self, run_id: str, task: Task, reporter: Reporter, since: Any) -> Result:
        """Say so."""
        raise RunNotFound(may_be_charged_twice=True)


def adopt(count: int = 1) -> list[Attempt]:
    """What a worker takes over."""
    attempts = take_lost(count, worker="heir", agents=AGENTS, now=timezone.now())
    assert_counters_equal_jobs()
    return attempts


def reporter_of(attempt: Attempt) -> AttemptReporter:
    """A reporter that only takes notes."""
    return AttemptReporter(attempt, on_started=lambda *_: None, on_screenshot=lambda *_: None)


def test_a_lost_job_is_tried_again_when_its_lease_has_run_out(start: Start, take: Take, clock: HandClock) -> None:
    start(rows=1)
    take(1)
    clock.advance(59)
    assert settle_lost(timezone.now()) == 0
    clock.advance(2)
    assert settle_lost(timezone.now()) == 1
    job, session = Job.objects.get(), Session.objects.get()
    assert (job.status, job.error_code, job.retry_count) == (JobStatus.RETRYING, "WORKER_LOST", 1)
    assert (session.status, session.may_be_charged_twice) == (SessionStatus.LOST, False)
    assert_counters_equal_jobs()


def test_a_worker_that_was_merely_slow_writes_nothing(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=1)
    [slow] = take(1)
    clock.advance(LEASE)
    settle_lost(timezone.now())
    finish(slow, "wrong")
    clock.advance(3)
    [again] = take(1)
    finish(slow, "no credit")
    finish(again, "right")
    execution.refresh_from_db()
    assert (execution.passed_jobs, execution.failed_jobs, execution.error_counts) == (1, 0, {})


def test_a_lost_attempt_at_a_paid_service_without_run_ids_may_be_charged_twice(
    start: Start, take: Take, clock: HandClock
) -> None:
    start(rows=1)
    take(1)
    plan.plan_of.cache_clear()
    Execution.objects.update(agent="agentql")
    clock.advance(LEASE)
    settle_lost(timezone.now())
    assert Session.objects.get().may_be_charged_twice


def test_a_remote_run_is_adopted_and_its_old_worker_is_fenced(
    start_remote: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start_remote(rows=1)
    [lost] = take(1)
    Session.objects.update(agent_run_id="run-7", live_view_url="https://view.example")
    clock.advance(LEASE)
    assert settle_lost(timezone.now()) == 0
    [heir] = adopt()
    assert adopt() == []
    assert (heir.job_id, heir.number, heir.run_id, heir.adopts_since) == (lost.job_id, 2, "run-7", lost.started_at)
    finish(lost, "wrong")
    finish(heir, "right", charged_steps=3)
    old, new = Session.objects.order_by("number")
    assert (old.status, old.cost, new.status, new.is_adopted) == ("lost", None, "completed", True)
    execution.refresh_from_db()
    assert (execution.first_attempt_passed_jobs, execution.cost) == (1, new.cost)


def test_a_retry_goes_on_with_the_adopted_run(start_remote: Start, take: Take, finish: Take, clock: HandClock) -> None:
    start_remote(rows=1)
    finish(take(1)[0], "passing")
    clock.advance(2)
    take(1)
    clock.advance(LEASE)
    finish(adopt()[0], "right")
    assert Retry.objects.get().status == "completed"


def test_an_adopted_run_can_be_adopted_again(start_remote: Start, take: Take, clock: HandClock) -> None:
    start_remote(rows=1)
    [first] = take(1)
    Session.objects.update(agent_run_id="run-7")
    clock.advance(LEASE)
    [second] = adopt()
    reporter = reporter_of(second)
    reporter.step(Step("Going on"))
    write_progress([(reporter, reporter.news() or {})])
    clock.advance(LEASE)
    [third] = adopt()
    assert (third.number, third.run_id, third.adopts_since) == (3, "run-7", first.started_at)


def test_a_lost_attempt_leaves_its_run_to_the_heir(start_remote: Start, take: Take, clock: HandClock) -> None:
    start_remote(rows=1)
    reporter = reporter_of(take(1)[0])
    clock.advance(LEASE)
    adopt()
    call_off_ended([reporter])
    assert (reporter.cancelled.is_set(), reporter.leave_run) == (True, True)


def test_a_run_that_cannot_be_found_is_started_again_and_flagged(
    start_remote: Start, take: Take, clock: HandClock
) -> None:
    start_remote(rows=1)
    take(1)
    clock.advance(LEASE)
    [heir] = adopt()
    finished = run_attempt(heir, Forgetful(), reporter_of(heir))
    assert finished.ending is Ending.LOST
    take(0, finished)
    assert (Job.objects.get().status, Job.objects.get().error_code) == (JobStatus.RETRYING, "WORKER_LOST")
    assert Session.objects.get(number=2).may_be_charged_twice


def test_a_run_that_its_service_forgot_stays_known(start_remote: Start, take: Take, clock: HandClock) -> None:
    start_remote(rows=1)
    take(1)
    Session.objects.update(agent_run_id="run-7")
    clock.advance(LEASE)
    [heir] = adopt()
    take(0, run_attempt(heir, Forgetful(), reporter_of(heir)))
    assert [one.agent_run_id for one in Session.objects.order_by("number")] == ["run-7", "run-7"]


def test_a_released_run_is_adopted_at_once(start_remote: Start, take: Take, finish: Take, clock: HandClock) -> None:
    start_remote(rows=1)
    [attempt] = take(1)
    finish(attempt, "released", run_id="run-7")
    clock.advance(0.1)
    [heir] = adopt()
    assert (heir.run_id, heir.number) == ("run-7", 2)


@pytest.mark.parametrize(("control", "adopted"), [(execution_pause, 1), (execution_stop, 0)])
def test_a_run_goes_on_while_its_execution_is_paused_but_not_after_its_stop(
    control: Callable[..., Any], adopted: int, start_remote: Start, take: Take, clock: HandClock
) -> None:
    execution = start_remote(rows=1)
    take(1)
    control(execution.pk, user=None)
    clock.advance(LEASE)
    assert len(adopt()) == adopted


def test_jobs_of_an_execution_that_runs_its_own_are_left_to_it(start: Start, clock: HandClock) -> None:
    execution = start(rows=1, has_own_worker=True)
    exchange([], 1, worker="its own", agents=AGENTS, only=execution.pk)
    clock.advance(LEASE)
    assert settle_lost(timezone.now()) == 0


@pytest.mark.parametrize("agent", ["local", "eva"])
def test_a_lost_attempt_whose_execution_cannot_be_read_stops_no_recovery(
    agent: str, start: Start, start_remote: Start, take: Take, clock: HandClock
) -> None:
    odd = start(rows=1) if agent == "local" else start_remote(rows=1)
    other = start(rows=1) if agent == "local" else start_remote(rows=1)
    take(2)
    plan.plan_of.cache_clear()
    Execution.objects.filter(pk=odd.pk).update(columns=[{"name": "title", "type": "poem"}])
    clock.advance(LEASE)
    settle_lost(timezone.now())
    adopt(5)
    odd.refresh_from_db()
    assert (odd.status, odd.status_code) == (ExecutionStatus.FAILED, "SYSTEM_FAILURE")
    assert not Session.objects.filter(status="running", lease_expires_at__lt=timezone.now()).exists()
    assert other.jobs.get().status == ("retrying" if agent == "local" else "running")


def test_a_lost_attempt_that_cannot_be_ended_stops_no_recovery(
    start: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    start(rows=2)
    finish(take(1)[0], "passing")
    clock.advance(2)
    take(2)
    Retry.objects.update(status="cancelled")
    clock.advance(LEASE)
    settle_lost(timezone.now())
    assert sorted(Job.objects.values_list("status", flat=True)) == ["retrying", "running"]


def test_a_lease_can_be_shorter_than_a_job(start: Start, take: Take, clock: HandClock) -> None:
    start(rows=1)
    [attempt] = take(1)
    for _ in range(5):
        clock.advance(15)
        renew_leases([attempt.session_id])
    assert settle_lost(timezone.now()) == 0
    assert Session.objects.get().lease_expires_at == timezone.now() + timedelta(seconds=60)
