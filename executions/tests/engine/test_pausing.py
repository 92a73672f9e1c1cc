"""Pause and resume."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from executions.engine.attempt import Attempt
from executions.models import Execution, ExecutionStatus
from executions.services import preparation
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.preparation import execution_prepare
from executions.services.sweeping import find_work
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import HandClock
from mino.common.errors import InvalidState

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


def test_a_pause_lets_running_jobs_finish_and_starts_none(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=4)
    running = take(2)
    assert execution_pause(execution.pk, user=None).affected_jobs == 2
    assert finish(running[0], "right", wanted=3) == []
    assert finish(running[1], "passing", wanted=3) == []
    execution.refresh_from_db()
    assert (execution.status, execution.completed_jobs, execution.retrying_jobs) == ("paused", 1, 1)
    assert (execution.status_code, execution.status_reason) == ("", "")


def test_the_resume_goes_on_with_exactly_the_rest(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=4)
    first, second = take(2)
    execution_pause(execution.pk, user=None)
    finish(first, "right")
    finish(second, "passing")
    clock.advance(100)
    assert execution_resume(execution.pk, user=None).affected_jobs == 3
    rest = take(9)
    assert second.job_id in [one.job_id for one in rest]
    assert len({one.job_id for one in rest} - {first.job_id}) == 3


def test_asking_twice_changes_nothing(start: Start, clock: HandClock) -> None:
    execution = start(rows=2)
    assert execution_resume(execution.pk, user=None).affected_jobs == 0
    execution_pause(execution.pk, user=None)
    clock.advance(10)
    assert execution_pause(execution.pk, user=None).affected_jobs == 0
    clock.advance(10)
    execution_resume(execution.pk, user=None)
    clock.advance(10)
    execution_resume(execution.pk, user=None)
    execution.refresh_from_db()
    assert (execution.status, execution.paused_seconds, execution.is_probing) == ("running", 20, False)


def test_time_paused_is_not_counted_also_when_it_ends_paused(
    start: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start(rows=1)
    [attempt] = take(1)
    for _ in range(2):
        execution_pause(execution.pk, user=None)
        clock.advance(30)
        execution_resume(execution.pk, user=None)
        clock.advance(5)
    execution_pause(execution.pk, user=None)
    clock.advance(7)
    finish(attempt, "right")
    execution.refresh_from_db()
    assert (execution.status, execution.paused_seconds) == (ExecutionStatus.COMPLETED, 67)
    assert execution.started_at
    assert execution.finished_at
    assert (execution.finished_at - execution.started_at).total_seconds() == 77


def test_an_execution_is_paused_and_resumed_while_its_jobs_are_made(
    start: Start, monkeypatch: pytest.MonkeyPatch, take: Take
) -> None:
    monkeypatch.setattr("executions.services.creation.PREPARED_AT_ONCE", 1)
    monkeypatch.setattr(preparation, "CHUNK", 2)
    execution = start(rows=5)
    preparation._prepare_chunk(execution.pk)
    execution_pause(execution.pk, user=None)
    execution_prepare(execution.pk)
    find_work()
    execution.refresh_from_db()
    assert (execution.prepared_jobs, execution.started_at) == (2, None)
    execution_resume(execution.pk, user=None)
    assert len(take(9)) == 2
    execution_prepare(execution.pk)
    execution.refresh_from_db()
    assert (execution.status, execution.prepared_jobs, len(take(9))) == ("running", 5, 3)


def test_an_execution_does_not_complete_before_all_its_jobs_are_made(
    start: Start, monkeypatch: pytest.MonkeyPatch, take: Take, finish: Take
) -> None:
    monkeypatch.setattr("executions.services.creation.PREPARED_AT_ONCE", 1)
    monkeypatch.setattr(preparation, "CHUNK", 1)
    execution = start(rows=2)
    preparation._prepare_chunk(execution.pk)
    execution_pause(execution.pk, user=None)
    execution_resume(execution.pk, user=None)
    finish(take(1)[0], "right")
    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.RUNNING
    execution_prepare(execution.pk)
    finish(take(1)[0], "right")
    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.COMPLETED


@pytest.mark.parametrize(
    ("control", "reason"),
    [(execution_pause, "can't be paused"), (execution_resume, "can't be resumed"), (execution_stop, "can't be st")],
)
def test_what_has_ended_is_refused_with_the_reason(
    control: Callable[..., Any], reason: str, start: Start, take: Take, finish: Take
) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "right")
    with pytest.raises(InvalidState, match=f"Execution 1 is completed and {reason}"):
        control(execution.pk, user=None)


@pytest.mark.parametrize("control", [execution_pause, execution_resume, execution_stop])
def test_a_viewer_may_not(control: Callable[..., Any], start: Start, viewer: User, member: User) -> None:
    execution = start(rows=1)
    with pytest.raises(PermissionDenied):
        control(execution.pk, user=viewer)
    control(execution.pk, user=member)
    assert_counters_equal_jobs()
