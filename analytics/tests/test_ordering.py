"""The results of an execution in other orders than that of its rows, and the filters that came with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from analytics.grid import scanning
from analytics.grid.asking import Ask
from analytics.grid.ordering import Order
from analytics.grid.paging import GridPage, grid_page, ordered_page
from analytics.grid.sources import job_sources, ordered_source
from executions.models import Execution, Job
from mino.tests.factories import (
    JOINED,
    ColumnStatisticFactory,
    ExecutionFactory,
    FieldResultFactory,
    JobFactory,
    RowFactory,
)
from projects.models import Batch, Row

ACCURACIES = {1: 1.0, 2: 0.5, 4: 0.0, 5: 0.5, 7: 1.0, 8: 0.25, 10: 0.5}
"""By position; the jobs at 3, 6 and 9 gave no answer."""


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """Ten jobs, of which seven gave an answer; they finished in the reverse order of their rows."""
    Row.objects.filter(batch=batch).delete()
    execution = ExecutionFactory(batch=batch, total_jobs=10, error_jobs=3, completed_jobs=7)
    for position in range(1, 11):
        row = RowFactory(batch=batch, position=position, url=f"https://www.shop{position % 2}.example:8080/{position}")
        accuracy = ACCURACIES.get(position)
        job = JobFactory(
            execution=execution,
            row=row,
            status="error" if accuracy is None else "completed",
            error_code="TIMEOUT" if accuracy is None else "",
            accuracy=accuracy,
            agent_seconds=accuracy,
            finished_at=None if accuracy is None else JOINED - timedelta(seconds=position),
        )
        if accuracy is not None:
            FieldResultFactory(job=job, column="price", outcome="correct" if accuracy == 1 else "wrong")
    ColumnStatisticFactory(execution=execution, column="price", position=0, correct=2, wrong=5)
    return execution


def page(execution: Execution, address: str) -> GridPage:
    query = QueryDict(address.removeprefix("?"))
    ask = Ask.of(query, ["price"])
    statistics = list(execution.column_statistics.all())
    if ask.sort:
        return ordered_page(ordered_source(execution, ask, statistics), Order.of(ask.sort), query, execution)
    return grid_page(job_sources(execution, ask, statistics), query, execution)


def positions(page: GridPage) -> list[int]:
    known = dict(Job.objects.filter(pk__in=page.ids).values_list("pk", "position"))
    return [known[job] for job in page.ids]


FOUND = {
    "sort=accuracy": [4, 8, 2, 5, 10, 1, 7, 3, 6, 9],
    "sort=-accuracy": [7, 1, 10, 5, 2, 8, 4, 9, 6, 3],
    "sort=finished": [10, 8, 7, 5, 4, 2, 1, 3, 6, 9],
    "sort=-finished": [1, 2, 4, 5, 7, 8, 10, 9, 6, 3],
    "sort=seconds": [4, 8, 2, 5, 10, 1, 7, 3, 6, 9],
    "sort=-seconds&outcome=correct": [7, 1],
    "sort=status": [1, 2, 4, 5, 7, 8, 10, 3, 6, 9],
    "sort=accuracy&accuracy_min=25&accuracy_max=50": [8, 2, 5, 10],
    "sort=accuracy&outcome=wrong": [4, 8, 2, 5, 10],
    "sort=-accuracy&outcome=correct&column=price": [7, 1],
    "sort=accuracy&status=error": [3, 6, 9],
    "sort=accuracy&status=error&accuracy_min=1": [],
    "sort=-finished&site=shop1.example": [1, 5, 7, 9, 3],
    "sort=nonsense": list(range(1, 11)),
    "accuracy_min=50": [1, 2, 5, 7, 10],
    "accuracy_max=25": [4, 8],
    "accuracy_min=25&accuracy_max=50&outcome=wrong": [2, 5, 8, 10],
    "accuracy_min=nan&accuracy_max=101": list(range(1, 11)),
    "site=SHOP0.example": [2, 4, 6, 8, 10],
    "site=www.shop0.example:8080": [2, 4, 6, 8, 10],
    "site=shop0.example:80": [],
    "site=hop0.example": [],
    "site=shop0.exam": [],
    "site=.*": [],
}


@pytest.mark.parametrize("address", FOUND)
@pytest.mark.parametrize("most_read", [1, 3, 10_000])
def test_every_match_is_on_exactly_one_page_both_ways(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, address: str, most_read: int
) -> None:
    monkeypatch.setattr(scanning, "MOST_READ", most_read)
    monkeypatch.setattr("analytics.grid.paging.PAGE_SIZE", 2)
    forwards, one = [], page(execution, address)
    last = one
    while True:
        forwards.extend(positions(one))
        if not (further := one.next or one.onwards):
            break
        last = one = page(execution, further)
    assert forwards == FOUND[address]
    backwards, one = positions(last)[::-1], last
    while further := one.previous or (one.onwards if "before" in one.onwards else ""):
        one = page(execution, further)
        backwards.extend(positions(one)[::-1])
    assert backwards[::-1] == FOUND[address] or not positions(last)


def test_a_page_can_begin_at_a_row(execution: Execution) -> None:
    one = page(execution, "from=4")
    assert positions(one) == [4, 5, 6, 7, 8, 9, 10]
    assert one.previous
    assert positions(page(execution, one.previous)) == [1, 2, 3]
    assert positions(page(execution, "from=1")) == list(range(1, 11))
    assert positions(page(execution, "from=0")) == list(range(1, 11))


def test_what_an_address_asks_for_can_be_written_down_again() -> None:
    written = "status=error&column=price&search=a+b&accuracy_min=12.5&accuracy_max=50&sort=-accuracy"
    assert Ask.of(QueryDict(f"{written}&after=7&execution=3&outcome=nonsense"), ["price"]).query == written


@pytest.mark.parametrize(
    ("address", "index"),
    [
        ("sort=accuracy", "job_by_accuracy"),
        ("sort=-accuracy&accuracy_min=50&accuracy_max=90", "job_by_accuracy"),
        ("sort=-finished", "job_latest_results"),
        ("sort=-seconds", "job_by_seconds"),
        ("sort=status", "job_by_status"),
        ("sort=accuracy&after=5", "job_by_accuracy"),
    ],
)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="The words of the plan are those of SQLite.")
def test_an_index_gives_the_order_without_sorting(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, address: str, index: str
) -> None:
    monkeypatch.setattr(scanning, "MOST_READ", 1)
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "executions_job" in sql and "LIMIT" in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%s", "?"), params)
                plans.append("; ".join(str(line[3]) for line in cursor.cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        page(execution, address)
    ordered = [plan for plan in plans if "position=?" not in plan]  # the look-up of where it starts
    assert ordered
    assert all(index in plan and "TEMP B-TREE" not in plan for plan in ordered), ordered


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("status=nonsense", "State: There is no “nonsense” to choose."),
        ("accuracy_min=80&accuracy_max=20", "Accuracy at most: Nothing lies between 80 and 20 %."),
        ("accuracy_min=101", "Accuracy at least: Ensure this value is less than or equal to 100."),
        ("accuracy_min=much", "Accuracy at least: Enter a number."),
        ("site=https://shop.example/x", "Site: Give the host alone"),
        ("column=colour", "Column: there is no “colour” here."),
        ("search=" + "x" * 201, "Text: Ensure this value has at most 200 characters"),
    ],
)
def test_a_filter_that_makes_no_sense_is_left_out_and_named(query: str, problem: str) -> None:
    ask, problems = Ask.read(QueryDict(f"{query}&truth=yes"), ["price"])
    assert [one[: len(problem)] for one in problems] == [problem]
    assert ask.truth == "yes"
