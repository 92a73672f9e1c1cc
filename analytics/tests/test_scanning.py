"""Finding rows in bounded time, whatever is asked."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

import pytest
from django.db.models import Q
from django.http import QueryDict

from analytics.grid import scanning
from analytics.grid.asking import Ask
from analytics.grid.paging import GridPage, grid_page
from analytics.grid.scanning import Source, scan
from analytics.grid.sources import job_sources, row_sources
from executions.models import Execution, Job
from mino.tests.factories import (
    ColumnStatisticFactory,
    ExecutionFactory,
    FieldResultFactory,
    JobFactory,
    RowFactory,
)
from projects.models import Batch, Row

ROWS = 12


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """Twelve jobs: every third gave no answer; of the others the even ones are wrong, the odd ones miss a cell."""
    Row.objects.filter(batch=batch).delete()
    execution = ExecutionFactory(
        batch=batch, total_jobs=ROWS, error_jobs=4, completed_jobs=8, failed_jobs=4, passed_jobs=4
    )
    for position in range(1, ROWS + 1):
        row = RowFactory(batch=batch, position=position, has_truth=position % 2 == 0)
        failed = position % 3 == 0
        even = position % 2 == 0
        price = "wrong" if even else "missed" if position in (7, 11) else "correct"
        verdict = None if failed else "fail" if even else "pass"
        values = {"status": "error", "error_code": "TIMEOUT"} if failed else {"status": "completed"}
        job = JobFactory(execution=execution, row=row, evaluation_result=verdict, **values)
        if not failed:
            FieldResultFactory(job=job, column="price", outcome=price)
            FieldResultFactory(job=job, column="title", outcome="missed" if position in (1, 5, 7) else "correct")
    ColumnStatisticFactory(execution=execution, column="title", position=0, correct=5, missed=3)
    ColumnStatisticFactory(execution=execution, column="price", position=1, correct=2, wrong=4, missed=2)
    return execution


def positions(page: GridPage) -> list[int]:
    return [Job.objects.get(pk=job).position for job in page.ids]


def page(execution: Execution, address: str) -> GridPage:
    query = QueryDict(address.removeprefix("?"))
    ask = Ask.of(query, ["title", "price"])
    return grid_page(job_sources(execution, ask, list(execution.column_statistics.all())), query, execution)


FILTERS = {
    "": list(range(1, 13)),
    "status=error": [3, 6, 9, 12],
    "error_code=TIMEOUT": [3, 6, 9, 12],
    "error_code=DNS_ERROR": [],
    "evaluation_result=fail": [2, 4, 8, 10],
    "outcome=wrong&column=price": [2, 4, 8, 10],
    "outcome=wrong&column=title": [],
    "outcome=wrong": [2, 4, 8, 10],
    "outcome=correct": [1, 2, 4, 5, 8, 10, 11],
    "outcome=correct&column=title&evaluation_result=pass": [11],
    "outcome=missed": [1, 5, 7, 11],
    "outcome=missed&search=shop1": [1, 11],
    "outcome=missed&truth=no&error_code=": [1, 5, 7, 11],
    "outcome=wrong&evaluation_result=pass": [],
    "outcome=wrong&status=error": [],
    "truth=no": [1, 3, 5, 7, 9, 11],
    "truth=yes&status=error": [6, 12],
    "search=SHOP1": [1, 10, 11, 12],
    "search=shop1&outcome=correct&column=title": [10, 11],
    "status=nonsense&column=nonsense": list(range(1, 13)),
}


@pytest.mark.parametrize("address", FILTERS)
def test_a_filter_finds_what_fits_in_the_order_of_the_rows(execution: Execution, address: str) -> None:
    assert positions(page(execution, address)) == FILTERS[address]


@pytest.mark.parametrize("address", FILTERS)
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
    assert forwards == FILTERS[address]
    backwards, one = positions(last)[::-1], last
    while further := one.previous or (one.onwards if "before" in one.onwards else ""):
        one = page(execution, further)
        backwards.extend(positions(one)[::-1])
    assert backwards[::-1] == FILTERS[address] or not positions(last)


def test_a_search_stops_in_time_and_says_how_far_it_got(execution: Execution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MOST_READ", 5)
    first = page(execution, "search=shop12.")
    assert (first.ids, first.searched_to) == ([], 5)
    second = page(execution, first.onwards)
    assert (second.ids, second.searched_to) == ([], 10)
    third = page(execution, second.onwards)
    assert (positions(third), third.searched_to, third.onwards) == ([12], None, "")


def test_places_that_do_not_exist_show_nothing(execution: Execution) -> None:
    for address in ("after=99", "outcome=wrong&after=99", "after=999999999999", "before=1", "after=0x1"):
        one = page(execution, address)
        assert positions(one) in ([], list(range(1, 13))), address


def test_rows_without_an_execution_are_found_too(execution: Execution) -> None:
    def found(address: str) -> list[int]:
        query = QueryDict(address)
        one = grid_page(row_sources(execution.batch, Ask.of(query, [])), query, None)
        return [Row.objects.get(pk=row).position for row in one.ids]

    assert found("truth=yes") == [2, 4, 6, 8, 10, 12]
    assert found("truth=no&search=shop1") == [1, 11]
    assert found("after=10") == [11, 12]
    assert found("before=3") == [1, 2]


def test_several_sources_are_merged_in_order(execution: Execution) -> None:
    jobs = Job.objects.filter(execution=execution)
    low = Source(jobs.filter(position__lt=5), "position", "pk", 4)
    even = Source(jobs, "position", "pk", 12, Q(has_ground_truth=True))
    found = scan([low, even], None, 6)
    assert [Job.objects.get(pk=one).position for one in found.ids] == [1, 2, 3, 4, 6, 8]
    assert found.more
    assert all(isinstance(one, uuid.UUID) for one in found.ids)


TEXTS = {"name": 'Café "Noir" – 50 %', "price": 1299.5, "tags": ["Oak", "lamp, old"], "more": {"Größe": "XL"}}


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("café", True),
        ("CAFÉ", True),
        ('"noir"', True),
        ("50 %", True),
        ("1299", True),
        ("99.5", True),
        ("oak", True),
        ("lamp, old", True),
        ("xl", True),
        ("price", False),
        ("größe", False),
        ("tags", False),
        (".*", False),
        ("Oak, lamp", False),
    ],
)
def test_a_text_is_found_in_values_and_not_in_their_names(execution: Execution, search: str, is_found: bool) -> None:
    Job.objects.filter(execution=execution, position=2).update(result=TEXTS)
    Row.objects.filter(batch=execution.batch, position=5).update(truth=TEXTS)
    Row.objects.filter(batch=execution.batch, position=8).update(inputs=TEXTS)
    query = urlencode({"search": search})
    assert positions(page(execution, query)) == ([2, 5, 8] if is_found else [])
    found = scan(row_sources(execution.batch, Ask.of(QueryDict(query), [])), None, 50)
    assert len(found.ids) == (2 if is_found else 0)


def test_a_text_is_found_in_keys_and_among_cells_with_an_outcome(execution: Execution) -> None:
    Row.objects.filter(batch=execution.batch, position__in=[2, 7]).update(key="SKU-77")
    assert positions(page(execution, "search=sku-77")) == [2, 7]
    assert positions(page(execution, "search=sku-77&outcome=missed&column=price")) == [7]
