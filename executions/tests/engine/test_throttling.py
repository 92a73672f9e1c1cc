"""An agent that asks for fewer requests at once gets fewer, and later more again, step by step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from executions.engine.attempt import Attempt
from executions.models import Execution
from executions.services.sweeping import raise_throttled
from executions.services.tuning import execution_set_concurrency
from executions.tests.engine.world import HandClock

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


def pace(execution: Execution) -> int:
    """How many jobs may run at once now."""
    execution.refresh_from_db()
    return execution.effective_concurrency


def test_a_burst_of_refusals_halves_the_concurrency_once(
    start_remote: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start_remote(rows=20, concurrency=9)
    attempts = take(9)
    for attempt in attempts[:3]:
        finish(attempt, "throttled")
        clock.advance(1)
    assert pace(execution) == 4
    assert len(finish(attempts[3], "right", wanted=5)) == 0
    for attempt in attempts[4:]:
        finish(attempt, "right")
    assert len(take(9)) == 4


def test_what_began_after_the_last_halving_halves_again_down_to_one(
    start_remote: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start_remote(rows=20, concurrency=5)
    paces = []
    for _ in range(4):
        clock.advance(1)
        finish(take(1)[0], "throttled")
        paces.append(pace(execution))
    assert paces == [2, 1, 1, 1]


def test_every_ten_quiet_seconds_allow_one_more(
    start_remote: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start_remote(rows=20, concurrency=8)
    finish(take(1)[0], "throttled")
    paces = []
    for _ in range(8):
        clock.advance(6)
        raise_throttled(timezone.now())
        paces.append(pace(execution))
    assert paces == [4, 5, 5, 6, 7, 7, 8, 8]


def test_a_job_that_ends_raises_the_pace_too(start_remote: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start_remote(rows=20, concurrency=4)
    first, second = take(2)
    finish(first, "throttled")
    clock.advance(11)
    assert len(finish(second, "right", wanted=4)) == pace(execution) == 3


def test_a_refusal_starts_the_ten_seconds_anew(start_remote: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start_remote(rows=20, concurrency=8)
    first, second = take(2)
    finish(first, "throttled")
    clock.advance(9)
    finish(second, "throttled")
    paces = []
    for _ in range(2):
        clock.advance(9)
        raise_throttled(timezone.now())
        paces.append(pace(execution))
    assert paces == [4, 5]


def test_a_higher_concurrency_is_reached_step_by_step_while_the_agent_throttles(
    start_remote: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start_remote(rows=20, concurrency=4)
    finish(take(1)[0], "throttled")
    execution_set_concurrency(execution.pk, 10, user=None)
    assert pace(execution) == 2
    clock.advance(30)
    raise_throttled(timezone.now())
    assert pace(execution) == 5
    execution_set_concurrency(execution.pk, 3, user=None)
    assert pace(execution) == 3
