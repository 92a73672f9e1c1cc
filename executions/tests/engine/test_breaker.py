"""The circuit breaker: when it pauses an execution, what becomes of the jobs, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from executions.engine.attempt import Attempt
from executions.models import Execution, ExecutionStatus, Job, Retry, RetryStatus, Session
from executions.services.control import execution_pause, execution_resume
from executions.tests.engine.world import HandClock

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_errors(settings: Settings) -> None:
    """Three errors in a row open the breaker."""
    settings.MINO_BREAKER_ERRORS = 3


def state(execution: Execution) -> tuple[str, str, bool]:
    """Status, code, and whether one job is tried first."""
    execution.refresh_from_db()
    return execution.status, execution.status_code, execution.is_probing


RUNNING: Any = (ExecutionStatus.RUNNING, "", False)
DOWN: Any = (ExecutionStatus.PAUSED, "AGENT_FAILURE", False)


@pytest.mark.parametrize("message", ["Your account has no credit left.", ""])
def test_a_refused_account_pauses_at_once_and_costs_no_retry(
    message: str, start_remote: Start, take: Take, finish: Take
) -> None:
    execution = start_remote(rows=5)
    first, second = take(2)
    assert finish(first, "no credit", wanted=2, error_message=message) == []
    assert state(execution) == (ExecutionStatus.PAUSED, "AGENT_BALANCE", False)
    assert execution.status_reason == (message or "AGENT_BALANCE")
    finish(second, "no credit")
    assert set(Job.objects.values_list("status", "retry_count")) == {("queued", 0)}
    assert set(Session.objects.values_list("status", flat=True)) == {"handed_back"}


def test_errors_in_a_row_from_different_rows_pause(start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=5)
    attempts = take(4)
    for attempt in attempts[:2]:
        finish(attempt, "service down")
        assert state(execution) == RUNNING
    finish(attempts[2], "service down")
    assert state(execution) == DOWN
    assert "3 rows in a row ended with AGENT_FAILURE" in execution.status_reason
    finish(attempts[3], "service down")
    assert (execution.error_jobs, Job.objects.filter(status="queued").count()) == (0, 3)


@pytest.mark.parametrize("other", ["right", "passing", "no network"])
def test_any_other_end_breaks_the_row(other: str, start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=6, concurrency=6)
    for attempt, how in zip(take(6), ["service down"] * 2 + [other] + ["service down"] * 2, strict=False):
        finish(attempt, how)
    assert state(execution) == RUNNING


def test_the_same_row_counts_once(start_remote: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start_remote(rows=1, max_retries=9)
    for _ in range(6):
        finish(take(1)[0], "service down")
        clock.advance(61)
    assert state(execution) == RUNNING


def test_for_the_local_agent_the_same_site_counts_once(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=4)
    Job.objects.update(url="https://one.example/item")
    for attempt in take(4):
        finish(attempt, "no network")
    assert state(execution)[1] == ""
    assert execution.error_jobs == 4


def test_a_retry_that_is_handed_back_gets_its_turn_again(
    start_remote: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start_remote(rows=1, max_retries=1)
    finish(take(1)[0], "passing")
    clock.advance(2)
    finish(take(1)[0], "no credit")
    assert (Retry.objects.get().status, Job.objects.get().retry_count) == (RetryStatus.FAILED, 1)
    execution_resume(execution.pk, user=None)
    [again] = take(1)
    assert (again.retry_count, again.is_first) == (1, False)
    finish(again, "passing")
    assert Job.objects.get().status == "error"


def test_after_the_resume_one_row_is_tried_and_its_success_lets_all_go_on(
    start_remote: Start, take: Take, finish: Take
) -> None:
    execution = start_remote(rows=5)
    finish(take(1)[0], "no credit")
    execution_resume(execution.pk, user=None)
    assert state(execution) == (ExecutionStatus.RUNNING, "", True)
    [probe] = take(3)
    assert take(3) == []
    assert len(finish(probe, "right", wanted=3)) == 3
    assert state(execution) == RUNNING


def test_a_tried_row_that_fails_pauses_again(start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=5)
    finish(take(1)[0], "no credit")
    execution_resume(execution.pk, user=None)
    assert finish(take(1)[0], "service down", wanted=3) == []
    assert state(execution) == DOWN
    assert execution.status_reason.startswith("The row that was tried first ended")


def test_a_tried_row_that_is_called_off_is_followed_by_another(start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=5)
    finish(take(1)[0], "no credit")
    execution_resume(execution.pk, user=None)
    assert len(finish(take(1)[0], "called off", wanted=3)) == 1


def test_a_pause_by_a_person_learns_that_the_account_is_refused(start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=2)
    [attempt] = take(1)
    execution_pause(execution.pk, user=None)
    finish(attempt, "no credit")
    assert state(execution) == (ExecutionStatus.PAUSED, "AGENT_BALANCE", False)
