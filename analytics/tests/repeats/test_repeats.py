"""What repeats tell, from the execution's end to its page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from analytics.repeats import computing
from analytics.repeats.services import repeats_compute, repeats_sweep
from analytics.tests.repeats.three_runs import run_thrice
from executions.models import ColumnStatistic, Execution, ExecutionStatus
from executions.services.completion import complete_if_done
from executions.services.creation import execution_create
from mino.common.hooks import execution_rescored
from projects.models import Batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """Three rows, each run three times; its last job has just ended."""
    made = run_thrice(batch)
    Execution.objects.filter(pk=made.pk).update(
        queued_jobs=0, completed_jobs=8, error_jobs=1, passed_jobs=5, failed_jobs=3
    )
    made.refresh_from_db()
    return made


def ended(execution: Execution) -> Execution:
    """It completes, and a worker hears of it."""
    assert execution.started_at
    assert complete_if_done(execution.pk, execution.started_at)
    repeats_compute(execution.pk)
    execution.refresh_from_db()
    return execution


def test_they_are_computed_when_the_execution_has_ended(execution: Execution) -> None:
    figures: Any = ended(execution).repeat_figures
    values = {one["k"]: (round(one["value"], 4), one["rows"]) for one in figures["passing"]}
    assert values == {1: (0.5556, 3), 2: (0.6667, 3), 3: (1.0, 2)}
    assert (figures["graded_rows"], figures["flaky_rows"]) == (3, 1)
    assert (figures["answered_rows"], figures["agreeing_rows"]) == (3, 2)


def test_small_chunks_tell_the_same(execution: Execution, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = computing.repeat_figures(execution)
    monkeypatch.setattr(computing, "CHUNK", 2)
    assert computing.repeat_figures(execution) == whole


def test_a_worker_is_asked_at_the_end_and_after_other_verdicts(
    execution: Execution,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr("mino.common.waking.send", lambda *arguments, **_: asked.append(arguments))
    with django_capture_on_commit_callbacks(execute=True):
        ended(execution)
    with django_capture_on_commit_callbacks(execute=True):
        execution_rescored.call([execution.pk])
    assert asked.count(("analytics.tasks.compute_repeats", str(execution.pk))) == 2
    execution.refresh_from_db()
    assert execution.repeat_figures is None


def test_what_lost_calls_left_is_found(execution: Execution) -> None:
    assert repeats_sweep() == 0
    complete_if_done(execution.pk, execution.created_at)
    assert repeats_sweep() == 1
    repeats_compute(execution.pk)
    assert repeats_sweep() == 0


def test_nothing_is_kept_of_one_that_runs_again(execution: Execution) -> None:
    Execution.objects.filter(pk=execution.pk).update(status=ExecutionStatus.RUNNING)
    repeats_compute(execution.pk)
    execution.refresh_from_db()
    assert execution.repeat_figures is None


def test_the_page_shows_them_without_reading_jobs(execution: Execution, client: Client, member: User) -> None:
    client.force_login(member)
    address = reverse("execution", args=[execution.organization.slug, execution.pk])
    assert "is told once the execution has ended" in client.get(address).text
    complete_if_done(execution.pk, execution.created_at)
    assert "is being computed" in client.get(address).text
    repeats_compute(execution.pk)
    page = client.get(address)
    for words in ("pass@1", "55.6", "at least one of 3 runs passes", "Flaky rows", "Same answers"):
        assert words in page.text
    assert page.context["steadiness"].flaky.n == 3


def test_intervals_do_not_take_repeats_for_rows(execution: Execution) -> None:
    apart = Execution(passed_jobs=50, failed_jobs=50)
    again = Execution(passed_jobs=50, failed_jobs=50, repeats=5)
    assert again.pass_rate.value == apart.pass_rate.value
    assert (again.pass_rate.low or 1) < (apart.pass_rate.low or 0)
    counts: dict[str, Any] = {"column": "title", "position": 1, "correct": 45, "wrong": 5}
    once, five_times = (ColumnStatistic(execution=one, **counts) for one in (apart, again))
    assert five_times.accuracy.value == once.accuracy.value
    assert (five_times.accuracy.low or 1) < (once.accuracy.low or 0)
    for one in (apart, again):
        one.first_attempt_good_fields, one.first_attempt_gradable_fields = 90, 100
    assert (again.first_attempt_accuracy.low or 1) < (apart.first_attempt_accuracy.low or 0)


def rows_of(execution: Execution, client: Client, query: str = "") -> list[tuple[int, int, int, int]]:
    """The rows of the page: number, passes, graded repeats, different answers."""
    address = reverse("execution_repeats", args=[execution.organization.slug, execution.pk])
    rows = client.get(f"{address}{query}").context["rows"]
    return [(row.jobs[0].row_position, row.passed, row.graded, row.answers) for row in rows]


def test_the_repeats_of_a_row_stand_side_by_side(execution: Execution, client: Client, viewer: User) -> None:
    client.force_login(viewer)
    assert rows_of(execution, client) == [(1, 3, 3, 1), (2, 2, 3, 2), (3, 0, 2, 1)]
    assert rows_of(execution, client, "?kind=flaky") == [(2, 2, 3, 2)]
    assert rows_of(execution, client, "?after=1") == [(2, 2, 3, 2), (3, 0, 2, 1)]


def test_flaky_rows_are_looked_for_in_bounded_time(
    execution: Execution,
    client: Client,
    viewer: User,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr("analytics.grid.scanning.MOST_READ", 1)
    client.force_login(viewer)
    address = reverse("execution_repeats", args=[execution.organization.slug, execution.pk])
    with django_assert_max_num_queries(14):
        page = client.get(f"{address}?kind=flaky")
    assert "Searched as far as row 1" in page.text
    assert rows_of(execution, client, page.context["page"].onwards) == [(2, 2, 3, 2)]


def test_where_rows_ran_once_there_are_only_results(batch: Batch, client: Client, viewer: User) -> None:
    version = batch.project.production_version
    assert version
    once = execution_create(batch=batch, user=None, instruction_version=version, agent="local")
    client.force_login(viewer)
    answer = client.get(reverse("execution_repeats", args=[once.organization.slug, once.pk]))
    assert answer["Location"] == reverse("execution_results", args=[once.organization.slug, once.pk])
