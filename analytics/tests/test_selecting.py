"""Everything that a filter of the grid finds."""

from __future__ import annotations

import pytest

from analytics.grid import scanning, selecting
from analytics.grid.selecting import ask_of, count_of, selected_rows
from analytics.tests.test_scanning import FILTERS, execution  # noqa: F401  # the same twelve jobs
from executions.models import Execution, Job
from projects.models import Row


@pytest.mark.parametrize("address", FILTERS)
@pytest.mark.parametrize("most_read", [1, 5, 10_000])
def test_all_that_a_filter_finds_comes_once_in_the_order_of_the_rows(
    execution: Execution,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    most_read: int,
) -> None:
    monkeypatch.setattr(scanning, "MOST_READ", most_read)
    monkeypatch.setattr(selecting, "CHUNK", 2)
    ask = ask_of(execution.batch, execution, address)
    chunks = list(selected_rows(execution.batch, execution, ask))
    assert all(0 < len(chunk) <= 2 for chunk in chunks)
    chosen = [pair for chunk in chunks for pair in chunk]
    jobs = [Job.objects.get(pk=job) for _, job in chosen if job]
    assert [job.position for job in jobs] == FILTERS[address]
    assert [row for row, _ in chosen] == [job.row_id for job in jobs]


@pytest.mark.parametrize("address", [one for one in FILTERS if "status=error" not in one])
def test_the_count_is_that_of_what_comes(execution: Execution, address: str) -> None:  # noqa: F811
    ask = ask_of(execution.batch, execution, address)
    assert count_of(execution.batch, execution, ask) == len(FILTERS[address])


def test_rows_without_an_execution_come_without_jobs(execution: Execution) -> None:  # noqa: F811
    ask = ask_of(execution.batch, None, "?truth=yes")
    chosen = [pair for chunk in selected_rows(execution.batch, None, ask) for pair in chunk]
    assert [Row.objects.get(pk=row).position for row, _ in chosen] == [2, 4, 6, 8, 10, 12]
    assert {job for _, job in chosen} == {None}
    assert count_of(execution.batch, None, ask) == 6
