"""Further attempts: which failure gets one, when it is due, and how first and last answers are kept apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from executions.engine import retrying
from executions.engine.attempt import Attempt
from executions.engine.ledger import exchange
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry, RetryStatus
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import AGENTS, HandClock

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]


def fail_until_the_end(take: Take, finish: Take, clock: HandClock) -> int:
    """Let every attempt fail in passing; how many there were."""
    count = 0
    while attempts := take(1):
        finish(attempts[0], "passing")
        clock.advance(61)
        count += 1
    return count


@pytest.mark.django_db
def test_three_retries_mean_four_attempts(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=1, max_retries=3)
    assert fail_until_the_end(take, finish, clock) == 4
    job = Job.objects.get()
    assert (job.status, job.attempts, job.retry_count) == (JobStatus.ERROR, 4, 3)
    assert set(Retry.objects.values_list("status", flat=True)) == {RetryStatus.FAILED}
    assert list(Retry.objects.order_by("attempt_number").values_list("attempt_number", flat=True)) == [1, 2, 3]
    execution.refresh_from_db()
    assert (execution.status, execution.error_counts) == (ExecutionStatus.COMPLETED, {"TIMEOUT": 1})


@pytest.mark.django_db
@pytest.mark.parametrize(("own", "attempts"), [(0, 1), (1, 2), (5, 6)])
def test_a_jobs_own_number_of_retries_counts(
    own: int, attempts: int, start: Start, take: Take, finish: Take, clock: HandClock
) -> None:
    start(rows=1, max_retries=3)
    Job.objects.update(max_retries=own)
    assert fail_until_the_end(take, finish, clock) == attempts


@pytest.mark.django_db
def test_a_permanent_error_gets_no_retry(start: Start, take: Take, finish: Take) -> None:
    start(rows=1)
    finish(take(1)[0], "final")
    assert Job.objects.get().status == JobStatus.ERROR
    assert not Retry.objects.exists()


@pytest.mark.django_db
def test_a_retry_row_tells_why_and_when(
    start: Start, take: Take, finish: Take, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "retry_delay", lambda *_: timedelta(seconds=7))
    start(rows=1)
    finish(take(1)[0], "passing", stack_trace="Traceback: too slow")
    retry, job = Retry.objects.get(), Job.objects.get()
    assert (retry.status, retry.attempt_number, retry.error_code) == ("pending", 1, "TIMEOUT")
    assert (retry.error_message, retry.stack_trace) == ("It ended: passing.", "Traceback: too slow")
    assert retry.scheduled_for == job.next_retry_at == clock.now + timedelta(seconds=7)
    assert (job.retry_reason, job.failure_type) == ("Retry 1 of 3 after TIMEOUT", "transient")


@pytest.mark.django_db
def test_a_retry_is_carried_out_when_it_is_due(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    start(rows=1)
    finish(take(1)[0], "passing")
    assert take(1) == []
    clock.advance(1.6)
    [again] = take(1)
    retry = Retry.objects.get()
    assert (again.number, again.retry_id, retry.status, retry.processed_at) == (2, retry.pk, "processing", clock.now)
    finish(again, "right")
    job = Job.objects.get()
    assert (job.status, job.retry_count, job.error_code) == (JobStatus.COMPLETED, 1, "")
    assert Retry.objects.get().status == RetryStatus.COMPLETED


@pytest.mark.django_db
def test_a_retry_that_is_not_due_waits_while_others_are_taken(start: Start, take: Take, finish: Take) -> None:
    start(rows=3, concurrency=3)
    failed = take(1)[0]
    finish(failed, "passing")
    taken = take(3)
    assert len(taken) == 2
    assert failed.job_id not in [one.job_id for one in taken]


@pytest.mark.django_db
def test_what_the_agent_asks_to_wait_is_waited(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    start(rows=1)
    finish(take(1)[0], "later")
    clock.advance(89)
    assert take(1) == []
    clock.advance(2)
    assert len(take(1)) == 1


@pytest.mark.django_db
def test_due_retries_come_before_queued_jobs(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    start(rows=5, concurrency=2)
    first, second = take(2)
    finish(second, "passing")
    clock.advance(1)
    finish(first, "passing")
    clock.advance(5)
    assert [one.job_id for one in take(1) + take(1)] == [second.job_id, first.job_id]


@pytest.mark.django_db
def test_first_and_final_accuracy_are_kept_apart(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=3)
    first, second, third = take(3)
    finish(first, "right")
    finish(second, "passing")
    finish(third, "wrong")
    clock.advance(2)
    finish(take(1)[0], "right")
    execution.refresh_from_db()
    assert (execution.first_attempt_passed_jobs, execution.passed_jobs) == (1, 2)
    assert (execution.first_attempt_failed_jobs, execution.failed_jobs) == (1, 1)
    assert (execution.first_attempt_good_fields, execution.first_attempt_gradable_fields) == (3, 4)
    assert (execution.good_fields, execution.gradable_fields) == (5, 6)


@pytest.mark.django_db
def test_what_retries_cost_is_known(start_remote: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start_remote(rows=1)
    finish(take(1)[0], "passing", charged_steps=5)
    clock.advance(2)
    finish(take(1)[0], "right", charged_steps=2)
    execution.refresh_from_db()
    assert [str(round(one, 3)) for one in (execution.cost, execution.retry_cost)] == ["0.112", "0.032"]
    assert Job.objects.get().cost == execution.cost


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_two_workers_never_take_the_same_retry(start: Start) -> None:
    execution = start(rows=40, concurrency=40)
    Job.objects.update(status=JobStatus.RETRYING, next_retry_at=timezone.now())
    Execution.objects.update(queued_jobs=0, retrying_jobs=40)
    for job in Job.objects.all():
        Retry.objects.create(job=job, execution=execution, attempt_number=1, scheduled_for=timezone.now())
    taken: list[Attempt] = []
    gate = threading.Barrier(4)

    def work() -> None:
        gate.wait(20)
        for _ in range(12):
            taken.extend(exchange([], 1, worker="one", agents=AGENTS))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == len({one.job_id for one in taken}) == 40
    assert_counters_equal_jobs()
