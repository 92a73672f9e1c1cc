"""Limits that are changed while an execution runs, and the budget."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from executions.engine.attempt import Attempt
from executions.models import Execution, ExecutionStatus, Job, Retry
from executions.services import tuning
from executions.services.control import execution_resume
from executions.services.tuning import execution_set_budget, execution_set_concurrency, execution_set_max_retries
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import HandClock
from mino.common.errors import InvalidInput, InvalidState

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


def test_a_higher_concurrency_holds_at_once(start: Start, take: Take) -> None:
    execution = start(rows=9, concurrency=2)
    take(9)
    assert execution_set_concurrency(execution.pk, 5, user=None).affected_jobs == 3
    assert len(take(9)) == 3


def test_with_a_lower_concurrency_running_jobs_end_by_themselves(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=9, concurrency=4)
    running = take(9)
    execution_set_concurrency(execution.pk, 2, user=None)
    assert [len(finish(attempt, "right", wanted=1)) for attempt in running] == [0, 0, 1, 1]


@pytest.mark.parametrize("chunk", [1, 5000])
def test_waits_for_retries_beyond_a_lower_number_are_given_up(
    chunk: int, start: Start, take: Take, finish: Take, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "JOBS_AT_ONCE", chunk)
    execution = start(rows=3, concurrency=3)
    own = take(3)
    Job.objects.filter(pk=own[0].job_id).update(max_retries=5)
    for attempt in own:
        finish(attempt, "passing")
    assert execution_set_max_retries(execution.pk, 0, user=None).affected_jobs == 2
    assert_counters_equal_jobs()
    execution.refresh_from_db()
    assert (execution.retrying_jobs, execution.error_counts) == (1, {"TIMEOUT": 2})
    clock.advance(2)
    finish(take(3)[0], "right")
    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.COMPLETED


def test_giving_up_the_last_waits_completes_the_execution(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "passing")
    execution_set_max_retries(execution.pk, 0, user=None)
    execution.refresh_from_db()
    assert (execution.status, Retry.objects.get().status) == (ExecutionStatus.COMPLETED, "cancelled")


def test_a_higher_number_of_retries_holds_for_the_next_failure(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=1, max_retries=0)
    [attempt] = take(1)
    execution_set_max_retries(execution.pk, 1, user=None)
    finish(attempt, "passing")
    assert Job.objects.get().status == "retrying"


@pytest.mark.parametrize(
    ("service", "value"),
    [
        (execution_set_concurrency, 0),
        (execution_set_concurrency, 51),
        (execution_set_max_retries, -1),
        (execution_set_max_retries, 11),
        (execution_set_budget, Decimal(0)),
        (execution_set_budget, Decimal("NaN")),
        (execution_set_budget, Decimal("0.0000001")),
    ],
)
def test_what_cannot_be_meant_is_refused(service: Callable[..., Any], value: Any, start: Start) -> None:
    with pytest.raises(InvalidInput, match=r"Choose a"):
        service(start(rows=1).pk, value, user=None)


@pytest.mark.parametrize("service", [execution_set_concurrency, execution_set_max_retries, execution_set_budget])
def test_limits_of_what_has_ended_stay(service: Callable[..., Any], start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "right")
    with pytest.raises(InvalidState, match="can't be changed any more"):
        service(execution.pk, 2, user=None)


def test_a_budget_needs_a_price(start: Start, settings: Settings) -> None:
    settings.AGENTQL_API_KEY = "secret"
    execution = start(rows=1, agent="agentql")
    with pytest.raises(InvalidInput, match="No price is set"):
        execution_set_budget(execution.pk, Decimal(1), user=None)


def test_an_execution_pauses_before_its_budget_is_exceeded(start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=9, concurrency=9, budget=Decimal("0.2"))
    first, second = take(9)
    assert finish(first, "right", wanted=2, charged_steps=5) == []
    [third] = finish(second, "right", wanted=2, charged_steps=2)
    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.RUNNING
    assert finish(third, "right", wanted=2, charged_steps=5) == []
    execution.refresh_from_db()
    assert (execution.status, execution.status_code) == (ExecutionStatus.PAUSED, "BUDGET_REACHED")
    assert execution.cost == Decimal("0.192")
    assert "$0.19 of the budget of $0.20 are spent" in execution.status_reason


def test_a_resume_needs_a_higher_budget(start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=9, budget=Decimal("0.1"))
    finish(take(1)[0], "right", wanted=1, charged_steps=5)
    with pytest.raises(InvalidState, match="Raise the budget first"):
        execution_resume(execution.pk, user=None)
    execution_set_budget(execution.pk, Decimal("0.2"), user=None)
    execution_resume(execution.pk, user=None)
    execution.refresh_from_db()
    assert (execution.status, execution.is_probing, len(take(3))) == (ExecutionStatus.RUNNING, False, 1)


def test_a_retry_needs_money_too(start_remote: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start_remote(rows=1, budget=Decimal("0.1"))
    finish(take(1)[0], "passing", charged_steps=5)
    clock.advance(2)
    assert take(1) == []
    execution.refresh_from_db()
    assert (execution.status_code, execution.retrying_jobs) == ("BUDGET_REACHED", 1)
