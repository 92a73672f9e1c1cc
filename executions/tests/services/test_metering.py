"""What executions do is added to the usage of their organizations' months, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import UsageMonth
from executions.models import Execution
from executions.services.metering import LATE, metering_sweep
from executions.services.requeueing import jobs_requeue
from mino.tests.factories import ExecutionFactory, JobFactory
from mino.tests.plans import UNSORTED
from projects.models import Batch
from projects.services.deletion import batch_delete, purge_deleted

NOVEMBER = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
DECEMBER = NOVEMBER + timedelta(minutes=1)


@pytest.fixture
def execution(batch: Batch) -> Execution:
    return ExecutionFactory(batch=batch, status="running", completed_jobs=2, error_jobs=1, cost=Decimal("0.30"))


def usage() -> dict[date, tuple[int, dict[str, str]]]:
    return {one.month: (one.rows, one.costs) for one in UsageMonth.objects.all()}


def test_each_row_counts_once_in_the_month_in_which_it_was_seen(execution: Execution) -> None:
    metering_sweep(now=NOVEMBER)
    metering_sweep(now=NOVEMBER)
    Execution.objects.update(completed_jobs=6, cost=Decimal("0.70"))
    metering_sweep(now=DECEMBER)
    assert usage() == {
        date(2026, 11, 1): (3, {"USD": "0.300000"}),
        date(2026, 12, 1): (4, {"USD": "0.400000"}),
    }


def test_a_row_that_is_run_again_after_an_error_is_one_row(execution: Execution) -> None:
    metering_sweep(now=NOVEMBER)
    Execution.objects.update(error_jobs=0, cost=Decimal("0.35"))
    metering_sweep(now=NOVEMBER)
    Execution.objects.update(completed_jobs=3, cost=Decimal("0.40"))
    metering_sweep(now=NOVEMBER)
    assert usage() == {date(2026, 11, 1): (3, {"USD": "0.400000"})}


def test_costs_in_several_currencies_are_kept_apart(execution: Execution) -> None:
    ExecutionFactory(batch=execution.batch, cost=Decimal("2"), currency="EUR")
    metering_sweep(now=NOVEMBER)
    assert UsageMonth.objects.get().costs == {"USD": "0.300000", "EUR": "2.000000"}


def test_it_is_looked_at_until_late_costs_are_known_and_again_when_it_goes_on(execution: Execution) -> None:
    Execution.objects.update(status="completed", finished_at=NOVEMBER)
    metering_sweep(now=NOVEMBER)
    Execution.objects.update(cost=Decimal("0.50"))
    metering_sweep(now=NOVEMBER + LATE)
    assert not Execution.objects.filter(is_metering=True).exists()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        metering_sweep(now=NOVEMBER)
    assert len(queries) == 1
    JobFactory(execution=execution, status="error")
    jobs_requeue(execution.pk, user=None)
    assert Execution.objects.filter(is_metering=True).exists()
    assert sum(rows for rows, _ in usage().values()) == 3


def test_what_did_nothing_since_is_left_alone(
    execution: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ended = {"status": "completed", "finished_at": NOVEMBER, "completed_jobs": 5, "cost": Decimal("0.10")}
    others = [ExecutionFactory(batch=execution.batch, **ended) for _ in range(3)]
    metering_sweep(now=NOVEMBER)
    with django_assert_num_queries(1):
        metering_sweep(now=NOVEMBER)
    assert Execution.objects.filter(is_metering=True).count() == 4
    Execution.objects.filter(pk=others[0].pk).update(cost=Decimal("0.20"))
    Execution.objects.filter(pk=others[1].pk).update(error_jobs=1)
    metering_sweep(now=NOVEMBER)
    assert usage() == {date(2026, 11, 1): (19, {"USD": "0.700000"})}


def test_a_cost_that_was_put_right_downwards_is_taken_off(execution: Execution) -> None:
    metering_sweep(now=NOVEMBER)
    Execution.objects.update(cost=Decimal("0.10"))
    metering_sweep(now=NOVEMBER)
    assert usage() == {date(2026, 11, 1): (3, {"USD": "0.100000"})}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="It is PostgreSQL that plans over a partial index.")
def test_the_sweep_reads_the_index_of_what_is_open(execution: Execution) -> None:
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as queries:
        cursor.execute(UNSORTED)
        metering_sweep(now=NOVEMBER)
        statement = next(one["sql"] for one in queries if "is_metering" in one["sql"])
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "execution_metering" in plan


def test_what_a_deleted_batch_used_stays_in_the_history(execution: Execution) -> None:
    Execution.objects.update(status="completed")
    batch_delete(batch=execution.batch, user=None)
    purge_deleted()
    assert not Execution.objects.exists()
    assert UsageMonth.objects.get().rows == 3
