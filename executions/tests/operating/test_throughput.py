"""How much was done lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from executions.models import Execution, ExecutionStatus
from executions.operating.throughput import cost_of_day, lowest_id, results_since, throughput
from executions.tests.operating.conftest import Running
from mino.tests.factories import ExecutionFactory, JobFactory

MINUTE = timedelta(minutes=1)


def ended(execution: Execution, at: datetime, **values: Any) -> None:
    JobFactory(execution=execution, finished_at=at, **{"status": "completed", "evaluation_result": "pass", **values})


def test_jobs_that_ended_are_counted_over_each_span(running: Running, now: datetime) -> None:
    execution = running()
    for minutes in (1, 14, 16, 59, 61):
        ended(execution, now - minutes * MINUTE)
    ended(execution, now - MINUTE, status="stopped")
    assert [(span.minutes, span.jobs) for span in throughput(now)] == [(15, 2), (60, 4)]
    assert throughput(now)[1].a_minute == 4 / 60


def test_executions_that_have_finished_meanwhile_count(running: Running, now: datetime) -> None:
    ended(running(status=ExecutionStatus.COMPLETED, finished_at=now - MINUTE), now - MINUTE)
    ended(running(status=ExecutionStatus.COMPLETED, finished_at=now - 61 * MINUTE), now - 61 * MINUTE)
    assert [span.jobs for span in throughput(now)] == [1, 1]


def test_results_are_told_apart(running: Running, now: datetime) -> None:
    execution = running()
    for values in (
        {},
        {"evaluation_result": "fail"},
        {"evaluation_result": None},
        {"status": "error", "evaluation_result": None},
        {"status": "error", "evaluation_result": None},
    ):
        ended(execution, now - MINUTE, **values)
    assert results_since(now - 5 * MINUTE) == {"pass": 1, "fail": 1, "not_evaluated": 1, "error": 2}


def test_the_cost_of_a_day_is_that_of_the_executions_made_on_it(db: None) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for made, cost, currency in [(noon, "1.5", "USD"), (noon, "2", "USD"), (noon, "3", "EUR")]:
        ExecutionFactory(cost=cost, currency=currency, pk=_id_of(made))
    ExecutionFactory(cost="100", pk=_id_of(noon - timedelta(days=1)))
    assert cost_of_day(noon) == {"USD": Decimal("3.5"), "EUR": Decimal("3")}


def test_an_id_lies_above_the_lowest_of_its_moment(running: Running, now: datetime) -> None:
    made = running().pk
    assert lowest_id(now - MINUTE) < made < lowest_id(now + MINUTE)


_ids = iter(range(1, 1000))


def _id_of(moment: datetime) -> Any:
    lowest = lowest_id(moment)
    return type(lowest)(int=lowest.int + next(_ids))
