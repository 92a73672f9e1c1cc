"""The sweep: finds what lost wake-up calls, dead workers and restarts leave behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django import Settings

from executions.credentials.holding import hold_keyless
from executions.engine.attempt import Attempt
from executions.engine.ledger import exchange
from executions.models import AgentCredential, Execution, ExecutionStatus, Heartbeat, Job, JobStatus
from executions.services import sweeping
from executions.services.control import execution_pause, execution_resume
from executions.services.recounting import recount
from executions.services.sweeping import close_ended, fail_impossible, find_work, leases_can_be_trusted, sweep
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import AGENTS, HandClock

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


def trusted_after(clock: HandClock, *waits: float) -> list[bool]:
    """Sweep after each of these waits: whether leases counted then."""
    answers = []
    for seconds in waits:
        clock.advance(seconds)
        answers.append(leases_can_be_trusted(timezone.now()))
    return answers


def test_leases_count_while_somebody_sweeps(clock: HandClock) -> None:
    assert trusted_after(clock, 0, 5, 5, 5, 5, 5, 20, 5) == [False, False, False, False, True, True, True, True]


def test_after_an_outage_workers_get_time_to_renew_their_leases(clock: HandClock) -> None:
    trusted_after(clock, 0, 21)
    assert trusted_after(clock, 5, 300, 5, 5, 5, 5, 5) == [True, False, False, False, False, True, True]


def test_a_sweep_after_an_outage_takes_no_job_from_a_living_worker(start: Start, take: Take, clock: HandClock) -> None:
    start(rows=1)
    sweep()
    take(1)
    clock.advance(300)
    sweep()
    assert Job.objects.get().status == JobStatus.RUNNING
    for _ in range(5):
        clock.advance(5)
        sweep()
    assert Job.objects.get().status == JobStatus.RETRYING
    assert Heartbeat.objects.get(name=sweeping.SWEEP).seen_at == clock.now


def test_an_execution_that_was_left_open_is_closed(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=1)
    assert close_ended(timezone.now()) == 0
    finish(take(1)[0], "right")
    for status in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED):
        Execution.objects.filter(pk=execution.pk).update(status=status, paused_at=timezone.now())
        assert close_ended(timezone.now()) == 1
        execution.refresh_from_db()
        assert execution.status == ExecutionStatus.COMPLETED


def test_slots_are_asked_for_when_a_retry_is_due(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    start(rows=1)
    finish(take(1)[0], "passing")
    assert find_work() == 0
    clock.advance(2)
    assert find_work() == 1


def test_no_slots_are_asked_for_what_is_paused_full_or_run_by_its_own_worker(start: Start, take: Take) -> None:
    paused = start(rows=2)
    execution_pause(paused.pk, user=None)
    start(rows=3, concurrency=1)
    take(1)
    start(rows=3, has_own_worker=True)
    assert find_work() == 0


def test_an_execution_whose_agent_lost_its_key_pauses(start_remote: Start, take: Take, settings: Settings) -> None:
    execution = start_remote(rows=2)
    assert hold_keyless() == 0
    settings.EVA_API_KEY = ""
    assert (fail_impossible(), hold_keyless(), hold_keyless()) == (0, 1, 0)
    execution.refresh_from_db()
    assert (execution.status, execution.status_code) == (ExecutionStatus.PAUSED, "AGENT_UNAUTHORIZED")
    assert "EVA_API_KEY" in execution.status_reason
    assert not take(1)
    settings.EVA_API_KEY = "another"
    execution_resume(execution.pk, user=None)
    assert (hold_keyless(), len(take(1))) == (0, 1)


def test_an_agent_that_exists_no_more_fails_its_executions(start: Start) -> None:
    execution = start(rows=2)
    Execution.objects.update(agent="oracle")
    assert fail_impossible() == 1
    execution.refresh_from_db()
    assert (execution.status, execution.stopped_jobs) == (ExecutionStatus.FAILED, 2)


def test_wrong_counters_are_mended(start: Start, take: Take) -> None:
    execution = start(rows=3)
    AgentCredential.objects.create(organization=execution.organization, agent="local", concurrency=9)
    take(2)
    assert not recount(execution.pk)
    Execution.objects.update(running_jobs=7, retrying_jobs=3)
    AgentCredential.objects.update(running_jobs=9)
    assert recount(execution.pk)
    assert_counters_equal_jobs()


def test_a_part_that_breaks_does_not_keep_the_others_from_their_work(
    start: Start, take: Take, finish: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "right")
    Execution.objects.update(status=ExecutionStatus.RUNNING)
    monkeypatch.setattr(sweeping, "fail_impossible", lambda: 1 / 0)
    sweep()
    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.COMPLETED


def test_jobs_without_a_message_are_found_by_any_worker(start: Start) -> None:
    start(rows=2)
    assert find_work() == 2
    assert len(exchange([], 9, worker="another", agents=AGENTS)) == 2
