"""Changed truth: stored results are scored anew, and what runs meanwhile is scored under the new truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from executions.engine.attempt import Attempt
from executions.engine.plan import plan_of
from executions.models import ColumnStatistic, Execution, FieldResult, Job
from executions.rescoring import ordering
from executions.services.creation import execution_create
from executions.services.requeueing import jobs_requeue
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import ended
from mino.tests.factories import ExecutionFactory
from projects.models import Batch
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


def change(batch: Batch, position: int, **values: str | None) -> None:
    """Change cells of one row, and recount everything."""
    row = batch.rows.get(position=position)
    truth_set(batch=batch, changes=[CellChange(row.pk, *one) for one in values.items()], user=None)
    assert_counters_equal_jobs()


def figures(execution: Execution) -> dict[str, int]:
    """All counters that verdicts make."""
    execution.refresh_from_db()
    names = [
        field.name for field in Execution._meta.fields if field.name.endswith(("_fields", "_squared", "_gradable"))
    ]
    more = ["passed_jobs", "failed_jobs", "not_gradable_jobs", "graded_rows"]
    firsts = ["first_attempt_passed_jobs", "first_attempt_failed_jobs"]
    return {name: getattr(execution, name) for name in [*names, *more, *firsts]}


def finish_all(take: Take, how: str = "right") -> None:
    """Let all jobs end."""
    while attempts := take(10):
        take(0, *[ended(one, how, timezone.now()) for one in attempts])


def test_a_wrong_answer_becomes_right_when_the_truth_is_mended(start: Start, take: Take) -> None:
    execution = start(rows=2)
    finish_all(take, "wrong")
    change(execution.batch, 1, price="0")
    job = Job.objects.get(row_position=1)
    assert (job.evaluation_result, job.outcomes["price"]) == ("pass", "correct")
    assert (job.good_fields, job.gradable_fields, job.accuracy) == (2, 2, 1.0)
    cell = FieldResult.objects.get(job=job, column="price")
    assert (cell.expected, cell.outcome, cell.score, cell.reason) == ("0", "correct", 1.0, "")
    statistic = ColumnStatistic.objects.get(execution=execution, column="price")
    assert (statistic.correct, statistic.wrong) == (1, 1)


def test_figures_are_those_of_an_execution_that_knew_the_new_truth(start: Start, take: Take) -> None:
    mended, fresh = start(rows=3), start(rows=3)
    truths: list[tuple[int, dict[str, str | None]]] = [
        (1, {"price": "0"}),
        (2, {"price": None, "title": None}),
        (3, {"price": "(absent)"}),
    ]
    for position, values in truths:
        change(fresh.batch, position, **values)
    finish_all(take, "wrong")
    for position, values in truths:
        change(mended.batch, position, **values)
    assert figures(mended) == figures(fresh)
    assert figures(mended)["not_gradable_jobs"] == 1
    assert figures(mended)["first_attempt_good_fields"] == 3


def test_all_executions_of_the_batch_are_scored_anew_and_no_other(start: Start, take: Take) -> None:
    first, other = start(rows=2), start(rows=2)
    finish_all(take)
    assert first.project.production_version
    execution_create(batch=first.batch, user=None, instruction_version=first.project.production_version, agent="local")
    finish_all(take, "wrong")
    change(first.batch, 1, price="0")
    results = dict(Job.objects.filter(row_position=1).values_list("execution__number", "evaluation_result"))
    assert results == {1: "fail", 2: "pass", 3: "pass"}
    assert figures(other)["passed_jobs"] == 2


def test_the_figures_of_the_end_are_kept(start: Start, take: Take) -> None:
    execution = start(rows=2)
    finish_all(take)
    execution.refresh_from_db()
    at_the_end = execution.completion_figures
    change(execution.batch, 1, price="99")
    execution.refresh_from_db()
    assert execution.completion_figures == at_the_end
    assert at_the_end is not None
    assert (at_the_end["good_fields"], execution.good_fields) == (4, 3)


def test_an_answer_of_a_later_attempt_does_not_count_for_the_first_ones(start: Start, take: Take) -> None:
    execution = start(rows=1)
    [attempt] = take(1)
    take(0, ended(attempt, "final", timezone.now()))
    jobs_requeue(execution.pk, user=None)
    finish_all(take, "wrong")
    change(execution.batch, 1, price="0")
    after = figures(execution)
    assert (after["passed_jobs"], after["first_attempt_passed_jobs"], after["first_attempt_good_fields"]) == (1, 0, 0)


def test_an_attempt_that_began_under_the_old_truth_is_scored_under_the_new_one(start: Start, take: Take) -> None:
    execution = start(rows=2)
    held = take(2)
    change(execution.batch, 1, price="0", title=None)
    take(0, *[ended(one, "wrong", timezone.now()) for one in held])
    jobs = Job.objects.order_by("row_position")
    assert [job.outcomes for job in jobs] == [
        {"title": "not_gradable", "price": "correct"},
        {"title": "correct", "price": "wrong"},
    ]
    assert FieldResult.objects.get(job=jobs[0], column="price").expected == "0"


def test_a_job_still_to_come_is_scored_under_the_new_truth(start: Start, take: Take) -> None:
    execution = start(rows=1)
    change(execution.batch, 1, price="0", title=None)
    finish_all(take, "wrong")
    assert figures(execution)["good_fields"] == figures(execution)["gradable_fields"] == 1


def test_jobs_know_whether_their_row_has_truth(start: Start, take: Take) -> None:
    execution = start(rows=2)
    take(1)
    change(execution.batch, 1, price=None, title=None)
    assert list(execution.jobs.values_list("has_ground_truth", flat=True)) == [False, True]
    change(execution.batch, 1, title="Kettle")
    assert all(execution.jobs.values_list("has_ground_truth", flat=True))


def test_errors_stay_errors(start: Start, take: Take) -> None:
    execution = start(rows=1)
    finish_all(take, "final")
    before = figures(execution)
    change(execution.batch, 1, price="0")
    assert figures(execution) == before
    assert Job.objects.get().evaluation_result is None


def test_options_are_those_that_the_execution_froze(start: Start, take: Take) -> None:
    execution = start(rows=1)
    finish_all(take, "wrong")
    execution.batch.columns.filter(name="price").update(options={"tolerance": 5})
    change(execution.batch, 1, price="1")
    assert figures(execution)["good_fields"] == 1  # the title; the answer is 0


def test_an_execution_that_cannot_be_read_any_more_keeps_its_verdicts(start: Start, take: Take) -> None:
    execution = start(rows=1)
    finish_all(take)
    Execution.objects.filter(pk=execution.pk).update(columns=[{"name": "price", "role": "ground_truth", "type": "?"}])
    plan_of.cache_clear()
    change(execution.batch, 1, price="0")
    assert figures(execution)["good_fields"] == 2


def test_many_results_take_as_many_statements_as_few(
    start: Start, take: Take, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    execution = start(rows=12)
    finish_all(take)
    changes: list[Any] = [CellChange(row.pk, "price", "0") for row in execution.batch.rows.all()]
    with django_assert_max_num_queries(31):
        truth_set(batch=execution.batch, changes=changes, user=None)
    assert figures(execution)["good_fields"] == 12


def test_other_executions_of_the_batch_cost_no_statement(
    start: Start, take: Take, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = start(rows=1)
    finish_all(take, "wrong")
    change(execution.batch, 1, price="1")
    row = execution.batch.rows.get()
    with CaptureQueriesContext(connection) as alone:
        truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", "2")], user=None)
    for number in range(101, 106):
        ExecutionFactory(batch=execution.batch, number=number)
    with django_assert_num_queries(len(alone)):
        truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", "3")], user=None)
    monkeypatch.setattr(ordering, "MAX_RESULTS", 0)
    with CaptureQueriesContext(connection) as later:
        truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", "4")], user=None)
    read = [
        one["sql"] for one in later if one["sql"].startswith("SELECT") and 'FROM "executions_execution"' in one["sql"]
    ]
    assert len(read) == 1
