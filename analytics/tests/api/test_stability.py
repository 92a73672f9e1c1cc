"""Repeats and the history of rows over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from analytics.models import RowHistory
from analytics.repeats.services import repeats_compute
from analytics.tests.comparison.making import make_run
from analytics.tests.repeats.three_runs import run_thrice
from executions.models import Execution, ExecutionStatus
from mino.tests.api.asking import Asker, code_of
from mino.tests.api.test_lists import pages
from mino.tests.factories import BatchFactory
from mino.tests.plans import is_sorted, plans_of
from projects.models import Batch, Row


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """Three rows, each run three times; it has ended, and no worker has computed anything yet."""
    made = run_thrice(batch)
    Execution.objects.filter(pk=made.pk).update(queued_jobs=0, status=ExecutionStatus.COMPLETED)
    return made


def test_what_repeats_tell(ask: Asker, execution: Execution) -> None:
    path = f"executions/{execution.pk}/repeats"
    waits = ask("GET", path)
    assert (waits.status_code, waits["Retry-After"], waits.json()["status"]) == (202, "2", "computing")
    repeats_compute(execution.pk)
    told = ask.get(path)
    assert (told["status"], told["repeats"]) == ("ready", 3)
    assert [(one["k"], round(one["share"]["value"], 4), one["share"]["n"]) for one in told["passing"]] == [
        (1, 0.5556, 3),
        (2, 0.6667, 3),
        (3, 1.0, 2),
    ]
    assert (told["flaky"]["value"], told["agreeing"]["value"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    Execution.objects.filter(pk=execution.pk).update(status=ExecutionStatus.RUNNING)
    running = ask("GET", path)
    assert (running.status_code, running.json()["status"], "Retry-After" in running) == (200, "running", False)
    once = make_run(execution.batch, ["gg"] * 3)
    assert ask.get(f"executions/{once.pk}/repeats")["status"] == "once"


def test_rows_with_their_runs(
    ask: Asker, execution: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = f"executions/{execution.pk}/repeats/rows"
    found = [one for page in pages(ask, f"{path}?limit=1") for one in page]
    assert [(one["row_position"], one["passed"], one["graded"], one["different_answers"]) for one in found] == [
        (1, 3, 3, 1),
        (2, 2, 3, 2),
        (3, 0, 2, 1),
    ]
    assert [(one["repeat"], one["status"]) for one in found[2]["runs"]] == [
        (1, "completed"),
        (2, "completed"),
        (3, "error"),
    ]
    assert [one["row_position"] for one in ask.get(f"{path}?flaky=true")["data"]] == [2]
    assert [one["row_position"] for one in ask.get(f"{path}?flaky=false")["data"]] == [1, 3]
    for limit in (1, 3):
        with django_assert_num_queries(4):  # key, execution, page, the runs of its rows
            ask.get(f"{path}?limit={limit}")


def history(row: Row, **values: Any) -> RowHistory:
    """What the results of a row tell."""
    usual = {"kind": "flaky", "graded": 4, "passes": 2, "fails": 2, "answers": 4, "pairs": 6, "agreeing": 3}
    return RowHistory.objects.create(row=row, batch=row.batch, project_id=row.batch.project_id, **{**usual, **values})


def test_rows_over_all_of_their_results(
    ask: Asker, project: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = list(Row.objects.filter(batch=BatchFactory(project=project, rows=5)).order_by("pk"))
    for row, flips in zip(rows, (2, 7, 2, 2, 0), strict=True):
        history(row, flips=flips, kind="flaky" if flips else "stable_right")
    other = history(BatchFactory(project=project, rows=1).rows.get(), flips=5)
    expected = [str(one.pk) for one in (rows[1], rows[3], rows[2], rows[0])]
    of_batch, of_project = f"batches/{rows[0].batch_id}/row-histories", f"projects/{project.pk}/row-histories"
    for limit in (1, 2, 50):
        assert [one["row_id"] for page in pages(ask, f"{of_batch}?limit={limit}") for one in page] == expected
    assert [one["row_id"] for one in ask.get(of_project)["data"]] == [expected[0], str(other.pk), *expected[1:]]
    assert [one["row_id"] for one in ask.get(f"{of_batch}?kind=stable_right")["data"]] == [str(rows[4].pk)]
    shown = ask.get(of_batch)["data"][0]
    assert (shown["agreement"], shown["passed"], shown["url"]) == (0.5, 2, rows[1].url)
    assert code_of(ask("GET", f"{of_batch}?kind=any")) == "VALIDATION_ERROR"
    for path, index in ((of_batch, "history_of_batch"), (of_project, "history_of_project")):
        for limit in (1, 50):
            with django_assert_num_queries(3), plans_of("analytics_rowhistory") as plans:  # key, batch or project, page
                ask.get(f"{path}?limit={limit}")
            if connection.vendor == "postgresql" or "batch" in index:
                assert all(index in plan and not is_sorted(plan) for plan in plans), plans
