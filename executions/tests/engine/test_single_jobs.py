"""What people do with single jobs: queue them again, skip them, cancel them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django import Settings

from accounts.models import User
from executions.engine.attempt import Attempt
from executions.models import AgentCredential, Execution, ExecutionStatus, Job, JobStatus, Retry, Session
from executions.services import requeueing
from executions.services.control import execution_pause, execution_stop
from executions.services.locking import lock_execution
from executions.services.requeueing import job_cancel, job_skip, jobs_requeue, jobs_skip
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import HandClock
from mino.common.errors import InvalidState
from projects.models import BatchStatus

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(start: Start, take: Take, finish: Take) -> Callable[..., Execution]:
    """Makes executions that completed with so many failed rows."""

    def make(rows: int, how: str = "final") -> Execution:
        execution = start(rows=rows, concurrency=10)
        for attempt in take(rows):
            finish(attempt, how)
        execution.refresh_from_db()
        return execution

    return make


def test_a_completed_execution_runs_its_failed_rows_again(
    failed: Callable[..., Execution], take: Take, finish: Take, clock: HandClock
) -> None:
    execution = failed(2)
    figures = execution.completion_figures or {}
    assert (figures["error_jobs"], figures["passed_jobs"]) == (2, 0)
    clock.advance(1000)
    assert jobs_requeue(execution.pk, user=None).affected_jobs == 2
    assert_counters_equal_jobs()
    for attempt in take(2):
        assert (attempt.number, attempt.retry_count, attempt.is_first) == (2, 0, False)
        clock.advance(5)
        finish(attempt, "right")
    execution.refresh_from_db()
    assert (execution.status, execution.passed_jobs, execution.error_counts) == (ExecutionStatus.COMPLETED, 2, {})
    assert (execution.completion_figures, execution.first_attempt_passed_jobs) == (figures, 0)
    assert execution.paused_seconds == 1000


def test_more_failed_rows_than_fit_into_a_transaction_are_all_queued_again(
    failed: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requeueing, "JOBS_AT_ONCE", 2)
    execution = failed(5)
    assert jobs_requeue(execution.pk, user=None).affected_jobs == 5
    assert_counters_equal_jobs()


@pytest.mark.parametrize(("most", "queued"), [(2, 2), (3, 3), (4, 4), (5, 5), (9, 5)])
def test_only_the_first_failed_rows_are_queued_again_where_there_is_a_limit(
    failed: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch, most: int, queued: int
) -> None:
    monkeypatch.setattr(requeueing, "JOBS_AT_ONCE", 2)
    execution = failed(5)
    assert jobs_requeue(execution.pk, user=None, most=most).affected_jobs == queued
    waiting = Job.objects.filter(status=JobStatus.QUEUED).order_by("position")
    assert list(waiting.values_list("position", flat=True)) == list(range(1, queued + 1))
    assert_counters_equal_jobs()
    assert jobs_requeue(execution.pk, user=None, most=most).affected_jobs == min(most, 5 - queued)


def test_a_row_that_fails_again_meanwhile_is_not_queued_a_second_time(
    failed: Callable[..., Execution], take: Take, finish: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requeueing, "JOBS_AT_ONCE", 2)
    execution = failed(3)

    def fail_meanwhile(*values: Any) -> Any:
        for attempt in take(3):
            finish(attempt, "final")
        return lock_execution(*values)

    monkeypatch.setattr(requeueing, "lock_execution", fail_meanwhile)
    assert jobs_requeue(execution.pk, user=None).affected_jobs == 3
    assert set(Job.objects.values_list("requeue_count", flat=True)) == {1}


@pytest.mark.parametrize("act", [jobs_requeue, jobs_skip])
def test_any_number_of_rows_may_be_named(act: Callable[..., Any], failed: Callable[..., Execution]) -> None:
    execution = failed(2)
    named = [uuid.uuid4() for _ in range(40_000)] + list(Job.objects.values_list("pk", flat=True))
    assert act(execution.pk, user=None, jobs=named).affected_jobs == 2
    assert act(execution.pk, user=None, jobs=[]).affected_jobs == 0
    assert_counters_equal_jobs()


def test_failed_rows_can_be_chosen_by_their_error(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=2, max_retries=0)
    first, second = take(2)
    finish(first, "passing")
    finish(second, "final")
    assert jobs_requeue(execution.pk, user=None, error_code="TIMEOUT").affected_jobs == 1
    execution.refresh_from_db()
    assert execution.error_counts == {"PAGE_NOT_FOUND": 1}


def test_what_can_not_go_on_is_not_queued_again(failed: Callable[..., Execution], settings: Settings) -> None:
    execution = failed(1)
    settings.EVA_API_KEY = ""
    changes: list[tuple[dict[str, Any], str]] = [
        ({"has_own_worker": True}, "command"),
        ({"status": ExecutionStatus.RUNNING}, "command"),
        ({"has_own_worker": False, "status": ExecutionStatus.COMPLETED, "agent": "eva"}, "EVA_API_KEY"),
        ({"agent": "oracle"}, "no agent"),
        ({"agent": "local", "status": ExecutionStatus.FAILED}, "final"),
    ]
    for values, reason in changes:
        Execution.objects.filter(pk=execution.pk).update(**values)
        with pytest.raises(InvalidState, match=reason):
            jobs_requeue(execution.pk, user=None)
    Execution.objects.filter(pk=execution.pk).update(status=ExecutionStatus.COMPLETED)
    execution.batch.status = BatchStatus.DELETING
    execution.batch.save()
    with pytest.raises(InvalidState, match="deleted"):
        jobs_requeue(execution.pk, user=None)


def test_a_skipped_row_is_left_out_and_can_be_queued_again(start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=2)
    first, second = Job.objects.order_by("position")
    for _ in range(2):
        job_skip(first.pk, user=None)
    finish(take(5)[0], "right")
    execution.refresh_from_db()
    assert (execution.status, execution.skipped_jobs) == (ExecutionStatus.COMPLETED, 1)
    with pytest.raises(InvalidState, match="completed"):
        job_skip(second.pk, user=None)
    assert jobs_requeue(execution.pk, user=None, jobs=[first.pk, second.pk]).affected_jobs == 1
    assert [one.job_id for one in take(5)] == [first.pk]


def test_skipping_a_row_that_waits_for_its_retry_ends_the_wait(
    start: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "passing")
    job_skip(Job.objects.get().pk, user=None)
    clock.advance(100)
    assert take(1) == []
    execution.refresh_from_db()
    assert (execution.status, Retry.objects.get().status) == (ExecutionStatus.COMPLETED, "cancelled")


def test_a_dead_letter_that_is_given_up_counts_as_no_error(failed: Callable[..., Execution]) -> None:
    execution = failed(1)
    job_skip(Job.objects.get().pk, user=None)
    execution.refresh_from_db()
    assert (execution.error_jobs, execution.skipped_jobs, execution.error_counts) == (0, 1, {})


def test_a_running_row_that_is_cancelled_frees_its_slot(start_remote: Start, take: Take, finish: Take) -> None:
    execution = start_remote(rows=2, concurrency=1)
    AgentCredential.objects.create(organization=execution.organization, agent="eva", concurrency=1)
    [attempt] = take(2)
    assert job_cancel(attempt.job_id, user=None).affected_jobs == 1
    assert job_cancel(attempt.job_id, user=None).affected_jobs == 0
    assert Session.objects.get().needs_cancel
    assert_counters_equal_jobs()
    assert len(finish(attempt, "called off", wanted=2)) == 1
    assert Job.objects.get(pk=attempt.job_id).status == JobStatus.STOPPED


@pytest.mark.parametrize("how", ["right", "final"])
def test_a_row_that_has_ended_cannot_be_cancelled(how: str, start: Start, take: Take, finish: Take) -> None:
    start(rows=1)
    finish(take(1)[0], how)
    with pytest.raises(InvalidState, match="only rows that wait or run"):
        job_cancel(Job.objects.get().pk, user=None)


def test_cancelling_the_last_row_completes_even_a_paused_execution(start: Start) -> None:
    execution = start(rows=1)
    execution_pause(execution.pk, user=None)
    job_cancel(Job.objects.get().pk, user=None)
    execution.refresh_from_db()
    assert (execution.status, execution.stopped_jobs) == (ExecutionStatus.COMPLETED, 1)


@pytest.mark.parametrize("act", [job_skip, job_cancel])
def test_a_viewer_may_not(act: Callable[..., Any], start: Start, viewer: User, member: User) -> None:
    execution = start(rows=1)
    with pytest.raises(PermissionDenied):
        act(Job.objects.get().pk, user=viewer)
    with pytest.raises(PermissionDenied):
        jobs_requeue(execution.pk, user=viewer)
    act(Job.objects.get().pk, user=member)


def test_a_stopped_executions_rows_are_not_run_again(start: Start) -> None:
    execution = start(rows=1)
    execution_stop(execution.pk, user=None)
    with pytest.raises(InvalidState, match="new execution"):
        jobs_requeue(execution.pk, user=None, jobs=[Job.objects.get().pk])
