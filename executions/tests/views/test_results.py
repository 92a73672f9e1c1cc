"""The results and the errors of an execution."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from executions.agents.base import AgentError, ErrorCode, Reporter, Task
from executions.models import Execution
from executions.tests.views.conftest import ClientFor, Start, Take, Work

pytestmark = pytest.mark.django_db
Show = Callable[..., str]


def one_in_three_fails(task: Task, reporter: Reporter) -> dict[str, object]:
    number = int(task.url.removeprefix("https://shop").partition(".")[0])
    if number % 3 == 0:
        raise AgentError(ErrorCode.TIMEOUT, f"Row {number} took <b>too long</b>.", transient=True)
    return {"title": f"Kettle {number}", "price": f"{number}.50" if number % 2 else None}


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def show(client: Client) -> Show:
    """The page of results."""

    def ask(execution: Execution, page: str = "execution_results", query: str = "", **filters: str) -> str:
        address = reverse(page, args=[execution.organization.slug, execution.pk])
        return client.get(address + query, filters).text

    return ask


def rows_of(page: str) -> list[int]:
    """The numbers of the rows on a page, in order."""
    return [int(number) for number in re.findall(r'<tr data-row="(\d+)"', page)]


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"status": "completed"}, [1, 2, 4, 5]),
        ({"status": "error"}, [3, 6]),
        ({"status": "queued"}, [8]),
        ({"evaluation_result": "pass"}, [1, 5]),
        ({"evaluation_result": "fail"}, [2, 4]),
        ({"error_code": "TIMEOUT"}, [3, 6]),
        ({"column": "price", "outcome": "missed"}, [2, 4]),
        ({"column": "title", "outcome": "correct"}, [1, 2, 4, 5]),
        ({"column": "title", "outcome": "correct", "evaluation_result": "fail"}, [2, 4]),
        ({"status": "error", "evaluation_result": "pass"}, []),
        ({"column": "price"}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"status": "nonsense", "column": "nobody"}, [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_filters(start: Start, work: Work, take: Take, show: Show, filters: dict[str, str], rows: list[int]) -> None:
    execution = start(rows=8, max_retries=0)
    work(6, one_in_three_fails)
    take(1)
    assert rows_of(show(execution, **filters)) == rows


def test_the_count_of_what_fits_comes_from_the_counters(start: Start, work: Work, show: Show) -> None:
    execution = start(rows=8, max_retries=0)
    work(6, one_in_three_fails)
    assert ">2</b> of 8 rows" in show(execution, status="error")
    assert ">2</b> of 8 rows" in show(execution, evaluation_result="fail")
    assert ">4</b> of 8 rows" in show(execution, column="title", outcome="correct")
    assert "some of 8 rows" in show(execution, error_code="TIMEOUT")


@pytest.mark.parametrize("filters", [{}, {"column": "title", "outcome": "correct"}, {"status": "completed"}])
def test_pages_go_forth_and_back_without_losing_a_row(
    start: Start, work: Work, show: Show, filters: dict[str, str]
) -> None:
    execution = start(rows=120, max_retries=0)
    work()
    first = show(execution, **filters)
    onwards = re.findall(r'rel="next" href="([^"]*)"', first)
    second = show(execution, query=onwards[0].replace("&amp;", "&"))
    back = re.findall(r'rel="prev" href="([^"]*)"', second)
    assert rows_of(first) == list(range(1, 51))
    assert rows_of(second) == list(range(51, 101))
    assert rows_of(show(execution, query=back[0].replace("&amp;", "&"))) == rows_of(first)


def test_nothing_that_fits_says_so(start: Start, show: Show) -> None:
    assert "No row matches" in show(start(rows=1, max_retries=0), status="stopped")


def test_errors_are_gathered_by_code_with_an_example(start: Start, work: Work, show: Show) -> None:
    execution = start(rows=6, max_retries=0)
    work(6, one_in_three_fails)
    page = show(execution, "execution_errors")
    assert "The agent was not done within the time it had." in page
    assert "Row 3 took &lt;b&gt;too long&lt;/b&gt;." in page
    assert "?error_code=TIMEOUT" in page


def test_without_errors_the_page_says_so(start: Start, work: Work, show: Show) -> None:
    execution = start(rows=1, max_retries=0)
    work()
    assert "No row ended in an error" in show(execution, "execution_errors")


def test_the_settings_page_tells_all_that_was_frozen(start: Start, show: Show) -> None:
    execution = start(rows=3, sample_method="random", sample_size=2, seed=99, concurrency=7)
    page = show(execution, "execution_settings")
    for told in ("Return the title and the price", "<dd>99</dd>", "<dd>7</dd>", "2 rows at random", "Local"):
        assert told in page


@pytest.mark.parametrize("page", ["execution_results", "execution_errors", "execution_settings"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    start: Start, work: Work, client: Client, page: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = start(rows=40, max_retries=0)
    url = reverse(page, args=[execution.organization.slug, execution.pk])
    for _ in range(2):
        work(6, one_in_three_fails)
        with django_assert_num_queries({"execution_results": 12, "execution_errors": 9, "execution_settings": 7}[page]):
            client.get(url)
