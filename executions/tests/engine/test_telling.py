"""What other systems are told of executions and jobs: in order, with the shape of the examples, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organization, User
from executions.engine.attempt import Attempt
from executions.engine.money import budget_sentence
from executions.models import Execution, JobStatus
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.failing import execution_fail
from executions.services.holding import hold_execution
from executions.services.requeueing import jobs_requeue
from executions.services.tuning import execution_set_max_retries
from executions.telling import LARGEST_RESULT
from executions.tests.engine.world import HandClock, ended
from webhooks.events import EVENTS
from webhooks.examples import example_of
from webhooks.models import PendingEvent
from webhooks.services.subscriptions import subscription_create

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _subscribed(organization: Organization, owner: User) -> None:
    subscription_create(organization=organization, user=owner, url="https://hooks.example/mino", events=list(EVENTS))


def noted() -> list[str]:
    return list(PendingEvent.objects.order_by("pk").values_list("name", flat=True))


def data_of(name: str) -> Mapping[str, Any]:
    return PendingEvent.objects.filter(name=name).latest("pk").data  # type: ignore[no-any-return]


def assert_like_the_example(name: str) -> None:
    example, real = example_of(name), data_of(name)
    assert set(real) == set(example)
    for part in ("jobs", "accuracy", "pass_rate"):
        of_example, of_real = example.get(part), real.get(part)
        if isinstance(of_example, list):
            of_example, of_real = of_example[0], real["jobs"][0]
        if of_example is not None:
            assert of_real is not None
            assert set(of_real) == set(of_example)


def test_an_execution_tells_its_way_in_order(start: Start, take: Take, finish: Take, owner: User) -> None:
    execution = start(rows=2)
    first, second = take(2)
    execution_pause(execution.pk, user=owner)
    finish(first, "right")
    execution_resume(execution.pk, user=owner)
    finish(second, "right")
    assert noted() == [
        "execution.started",
        "execution.paused",
        "job.completed",
        "execution.resumed",
        "job.completed",
        "execution.completed",
    ]
    for name in set(noted()):
        assert_like_the_example(name)
    data = data_of("execution.completed")
    execution.refresh_from_db()
    assert data["status"] == "completed"
    assert data["jobs"]["completed"] == 2
    assert data["accuracy"] == {
        "value": execution.accuracy.value,
        "n": execution.accuracy.n,
        "low": execution.accuracy.low,
        "high": execution.accuracy.high,
    }
    assert data["accuracy"]["n"] == 4


def test_attempts_that_end_together_are_one_note(start: Start, take: Take) -> None:
    start(rows=3)
    attempts = take(3)
    PendingEvent.objects.all().delete()
    take(0, *[ended(one, "right", timezone.now()) for one in attempts])
    assert noted() == ["job.completed", "execution.completed"]
    jobs = data_of("job.completed")["jobs"]
    assert [job["job_id"] for job in jobs] == [str(one.job_id) for one in attempts]
    assert {job["evaluation_result"] for job in jobs} == {"pass"}
    assert jobs[0]["result"] is not None


def test_a_failure_says_whether_it_is_tried_again(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=1, max_retries=1)
    finish(take(1)[0], "passing")
    (job,) = data_of("job.failed")["jobs"]
    assert (job["will_retry"], job["status"], job["error"]["code"]) == (True, "retrying", "TIMEOUT")
    assert job["retry_at"] is not None
    clock.advance(3)
    finish(take(1)[0], "passing")
    assert noted()[-3:] == ["job.failed", "job.dead_lettered", "execution.completed"]
    (job,) = data_of("job.dead_lettered")["jobs"]
    assert (job["will_retry"], job["status"], job["attempts"]) == (False, "error", 2)
    for name in ("job.failed", "job.dead_lettered"):
        assert_like_the_example(name)
    jobs_requeue(execution.pk, user=None)
    assert noted()[-1] == "execution.resumed"


def test_a_retry_that_is_given_up_is_a_dead_letter(start: Start, take: Take, finish: Take, clock: HandClock) -> None:
    execution = start(rows=1)
    finish(take(1)[0], "passing")
    execution_set_max_retries(execution.pk, 0, user=None)
    assert noted()[-2:] == ["job.dead_lettered", "execution.completed"]
    assert_like_the_example("job.dead_lettered")


def test_the_ends_that_are_no_completion(start: Start, owner: User) -> None:
    stopped, failed = start(), start(allow_parallel=True)
    execution_stop(stopped.pk, user=owner)
    execution_stop(stopped.pk, user=owner)
    assert noted()[-1] == "execution.stopped"
    assert noted().count("execution.stopped") == 1
    execution_fail(failed.pk, code="AGENT_FAILURE", reason="There is no such agent.")
    assert data_of("execution.failed")["status_reason"] == "There is no such agent."
    for name in ("execution.stopped", "execution.failed"):
        assert_like_the_example(name)


def test_the_last_event_of_what_ends_early_counts_its_jobs_as_they_stay(
    start: Start, take: Take, finish: Take, owner: User
) -> None:
    def counts(execution: Execution) -> Mapping[str, int]:
        execution.refresh_from_db()
        return {status.value: getattr(execution, f"{status.value}_jobs") for status in JobStatus}

    stopped = start(rows=4)
    done, failing, _ = take(3)
    finish(done, "right")
    finish(failing, "passing")
    execution_stop(stopped.pk, user=owner)
    told = data_of("execution.stopped")["jobs"]
    assert told == {"total": 4, **counts(stopped)}
    assert (told["completed"], told["stopped"]) == (1, 3), "one ran, one waited to be tried again, one for its turn"
    failed = start(rows=2)
    execution_fail(failed.pk, code="AGENT_FAILURE", reason="There is no such agent.")
    assert data_of("execution.failed")["jobs"] == {"total": 2, **counts(failed)}
    assert failed.stopped_jobs == 2


def test_the_example_of_a_budget_gives_the_reason_that_is_given() -> None:
    example = example_of("execution.budget_reached")
    budget, bound = (Decimal(str(amount)) for amount in (example["budget"], 0.12))
    execution = Execution(budget=budget, currency=example["currency"], attempt_cost_bound=bound)
    cost = Decimal(str(example["cost"]))
    assert example["status_reason"] == f"{budget_sentence(execution, cost)} Raise the budget to go on."
    assert cost <= budget < cost + bound
    assert example["jobs"]["running"] == 0, "it has come to rest"


def test_a_budget_that_is_reached_is_told_besides_the_pause(start: Start, clock: HandClock) -> None:
    execution = start()
    Execution.objects.filter(pk=execution.pk).update(budget=Decimal("1.50"))
    hold_execution(execution, code="BUDGET_REACHED", reason="The budget is spent.", now=clock())
    assert noted()[-2:] == ["execution.paused", "execution.budget_reached"]
    assert_like_the_example("execution.budget_reached")
    assert data_of("execution.budget_reached")["budget"] == 1.5


def test_a_result_that_is_too_large_is_left_out(start: Start, take: Take) -> None:
    start(rows=1)
    finished = ended(take(1)[0], "right", timezone.now())
    take(0, replace(finished, data={"title": "x" * LARGEST_RESULT}))
    (job,) = data_of("job.completed")["jobs"]
    assert (job["result"], job["result_omitted"]) == (None, True)


def test_without_a_subscription_finishing_writes_nothing_and_asks_at_most_once(
    start: Start, take: Take, finish: Take, organization: Organization
) -> None:
    organization.webhook_subscriptions.update(events=["export.ready"])
    start(rows=9, concurrency=9)
    attempts = take(9)

    def questions(attempt: Attempt) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            finish(attempt, "right")
        assert noted() == []
        return [query["sql"] for query in captured if 'FROM "webhooks_' in query["sql"].partition(" WHERE ")[0]]

    (about,) = [one for one in questions(attempts[0]) if not one.startswith('SELECT "executions_')]
    assert about.startswith("SELECT")
    organization.webhook_subscriptions.update(is_enabled=False)
    assert [one for one in questions(attempts[1]) if not one.startswith('SELECT "executions_')] == []
