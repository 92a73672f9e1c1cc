"""Claiming and finishing, without threads: each transaction leaves counters that equal the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from executions.engine.attempt import Attempt, Ending, Finished
from executions.engine.ledger import exchange
from executions.evaluation.evaluate import evaluate_row
from executions.models import AgentCredential, Execution, ExecutionStatus, Job, JobStatus, Session, SessionStatus

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


def completed(attempt: Attempt, **data: Any) -> Finished:
    """The attempt with a result."""
    return Finished(
        attempt=attempt,
        ending=Ending.COMPLETED,
        finished_at=timezone.now(),
        agent_seconds=1.5,
        data=data,
        verdict=evaluate_row(attempt.plan.columns, attempt.truth, data),
    )


def ended(attempt: Attempt, ending: Ending, **values: Any) -> Finished:
    """The attempt without a result."""
    return Finished(attempt=attempt, ending=ending, finished_at=timezone.now(), agent_seconds=0.5, **values)


def test_never_more_jobs_run_than_the_concurrency_allows(start: Start, take: Take) -> None:
    start(rows=5, concurrency=2)
    first = take(4)
    assert len(first) == 2
    assert take(4) == []
    assert len(take(4, completed(first[0], title="Kettle 1"))) == 1


def test_jobs_are_taken_in_the_order_of_the_rows(start: Start, take: Take) -> None:
    start(rows=3)
    assert [one.task.url for one in take(3)] == [f"https://shop{n}.example/item" for n in (1, 2, 3)]


def test_a_credential_limits_the_jobs_of_all_its_executions(start: Start, take: Take) -> None:
    execution = start(rows=3)
    start(rows=3)
    AgentCredential.objects.create(organization=execution.organization, agent="local", concurrency=4)
    attempts = take(10)
    assert len(attempts) == 4
    assert len(take(10, *[completed(one) for one in attempts])) == 2


def test_free_slots_go_to_the_execution_with_the_smallest_share_running(start: Start, take: Take) -> None:
    big, small = start(rows=20, concurrency=8), start(rows=20, concurrency=2)
    shares = Counter(one.plan.execution_id for one in take(5))
    assert shares == {big.pk: 4, small.pk: 1}


def test_a_small_execution_is_not_kept_waiting_by_a_large_one(start: Start, take: Take) -> None:
    start(rows=20, concurrency=5)
    running = take(4)
    small = start(rows=2, concurrency=5)
    [freed] = take(1, completed(running[0]))
    assert freed.plan.execution_id == small.pk


def test_an_agent_that_the_worker_does_not_have_is_left_alone(start: Start, take: Take) -> None:
    start(rows=2)
    assert take(2, agents=frozenset({"eva"})) == []


def test_an_execution_with_its_own_worker_is_left_to_it(start: Start, take: Take) -> None:
    execution = start(rows=1, has_own_worker=True)
    assert take(1) == []
    assert len(exchange([], 1, worker="its own", agents={"local"}, only=execution.pk)) == 1


def test_a_result_is_stored_with_its_verdict_and_counted(start: Start, take: Take) -> None:
    execution = start(rows=1)
    [attempt] = take(1)
    assert take(1, completed(attempt, title="Kettle 1", price="2")) == []
    job = Job.objects.get()
    assert (job.status, job.evaluation_result, job.outcomes) == (
        JobStatus.COMPLETED,
        "fail",
        {"title": "correct", "price": "wrong"},
    )
    execution.refresh_from_db()
    assert (execution.good_fields, execution.gradable_fields, execution.failed_jobs) == (1, 2, 1)
    assert execution.agent_seconds == 1.5


def test_the_transaction_that_ends_the_last_job_completes_the_execution(start: Start, take: Take) -> None:
    execution = start(rows=2)
    first, second = take(2)
    take(0, completed(first))
    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.RUNNING
    take(0, ended(second, Ending.ERROR, error_code="TIMEOUT"))
    execution.refresh_from_db()
    assert (execution.status, execution.completed_jobs, execution.error_jobs) == (ExecutionStatus.COMPLETED, 1, 1)
    assert execution.finished_at


def test_an_error_is_no_wrong_answer(start: Start, take: Take) -> None:
    execution = start(rows=1)
    [attempt] = take(1)
    take(0, ended(attempt, Ending.ERROR, error_code="GOAL_FAILED", error_message="No.", failure_type="permanent"))
    execution.refresh_from_db()
    assert (execution.gradable_fields, execution.failed_jobs, execution.error_jobs) == (0, 0, 1)
    assert Job.objects.get().evaluation_result is None


def test_a_row_without_truth_is_not_gradable(start: Start, take: Take) -> None:
    execution = start(rows=1)
    execution.batch.rows.update(truth={}, has_truth=False)
    [attempt] = take(1)
    take(0, completed(attempt, title="Kettle 1"))
    execution.refresh_from_db()
    assert (execution.not_gradable_jobs, execution.accuracy.value, execution.pass_rate.n) == (1, None, 0)


def test_a_worker_whose_session_is_no_longer_current_writes_nothing(start: Start, take: Take) -> None:
    start(rows=1)
    [lost] = take(1)
    [current] = take(1, ended(lost, Ending.HANDED_BACK))
    take(0, completed(lost, title="late"))
    assert Job.objects.get().status == JobStatus.RUNNING
    take(0, completed(current, title="Kettle 1"))
    take(0, completed(current, title="again"))
    assert Job.objects.get().result == {"title": "Kettle 1"}


def test_a_job_that_is_handed_back_is_taken_again_with_the_next_session(start: Start, take: Take) -> None:
    start(rows=1)
    [attempt] = take(1)
    [again] = take(1, ended(attempt, Ending.HANDED_BACK))
    assert (again.job_id, again.number) == (attempt.job_id, 2)
    assert Session.objects.get(number=1).status == SessionStatus.HANDED_BACK


def test_a_paused_execution_starts_no_job_but_keeps_what_runs(start: Start, take: Take) -> None:
    execution = start(rows=3)
    [attempt] = take(1)
    Execution.objects.filter(pk=execution.pk).update(status=ExecutionStatus.PAUSED)
    assert take(2, completed(attempt)) == []
    execution.refresh_from_db()
    assert execution.completed_jobs == 1


def test_instructions_are_filled_in_for_each_row(start: Start, take: Take) -> None:
    execution = start(rows=1)
    execution.batch.rows.update(inputs={"Brand": "Arkö"})
    Execution.objects.filter(pk=execution.pk).update(instructions="Price of {{ brand }} at {{site_url}}")
    [attempt] = take(1)
    assert attempt.task.instructions == "Price of Arkö at https://shop1.example/item"


def test_the_rows_own_instructions_come_first_as_they_were_at_the_start(start: Start, take: Take) -> None:
    first = start(rows=1)
    first.batch.rows.update(instructions="Open the second tab first.")
    start(batch=first.batch, allow_parallel=True)
    told = {one.plan.execution_id: one.task.instructions for one in take(2)}
    assert told.pop(first.pk) == first.instructions
    assert list(told.values()) == ["Open the second tab first."]
