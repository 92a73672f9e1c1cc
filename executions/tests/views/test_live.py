"""The live page: figures, running rows, results, and what changes between two answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from executions.agents.base import AgentError, ErrorCode, Reporter, Step, Task
from executions.models import Execution, Job
from executions.services.control import execution_stop
from executions.tests.views.conftest import ClientFor, Start, Take, Work, tell
from mino.common.ui.formats import percent

pytestmark = pytest.mark.django_db
Live = Callable[..., str]


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def live(client: Client) -> Live:
    """The live part, as htmx asks for it."""

    def ask(execution: Execution, **query: str | int) -> str:
        address = reverse("execution", args=[execution.organization.slug, execution.pk])
        return client.get(address, query, headers={"HX-Request": "true"}).text

    return ask


def refuse(task: Task, reporter: Reporter) -> object:
    raise AgentError(ErrorCode.PAGE_NOT_FOUND, "The site answered 404.", transient=False)


def test_counts_accuracy_and_columns_stand_on_the_page_with_their_n(start: Start, work: Work, live: Live) -> None:
    execution = start(rows=4)
    work(2)
    work(1, refuse)
    page = live(execution)
    assert "3 of 4 rows are final" in page
    assert "2 completed, 1 error, 1 queued" in page
    assert percent(0.75) in page, "three of four cells: both titles and the first price"
    assert "n = 4 cells" in page
    assert "?column=price&amp;outcome=wrong" in page
    assert "PAGE_NOT_FOUND" in page
    assert "The site says that there is no such page." in page


def test_the_part_asks_again_until_the_execution_has_ended(start: Start, work: Work, live: Live) -> None:
    execution = start(rows=2)
    assert 'hx-trigger="every 2s"' in live(execution)
    work()
    page = live(execution)
    assert "hx-trigger" not in page
    assert 'data-live-done="Execution 1 is completed."' in page
    assert 'hx-swap-oob="true"' in page


def test_a_stopped_execution_is_final(start: Start, live: Live) -> None:
    execution = start(rows=2)
    execution_stop(execution.pk, user=None)
    page = live(execution)
    assert "hx-trigger" not in page
    assert "Execution 1 is stopped." in page


def test_a_running_job_tells_its_step_address_and_attempt(start: Start, take: Take, live: Live) -> None:
    execution = start(rows=2)
    (reporter,) = take(1)
    reporter.step(Step("Reading the price block", "https://shop1.example/checkout", 40))
    tell(reporter)
    page = live(execution)
    assert "Reading the price block" in page
    assert "checkout" in page
    assert "step 1 · 40 %" in page
    assert "1 of 5 slots" in page


def test_a_live_view_is_framed_only_where_its_host_is_trusted(start: Start, take: Take, live: Live) -> None:
    execution = start(rows=2)
    trusted, other = take(2)
    trusted.live_view("https://a.tinyfish.ai/live/1", timezone.now() + timedelta(hours=1))
    other.live_view("https://evil.example/live/2")
    tell(trusted, other)
    assert '<iframe class="mn-live-view" src="https://a.tinyfish.ai/live/1"' in live(execution)
    page = live(execution, view=2)
    assert "<iframe" not in page
    assert 'href="https://evil.example/live/2" target="_blank" rel="noopener noreferrer nofollow"' in page


def test_what_an_agent_says_is_text(start: Start, take: Take, live: Live) -> None:
    execution = start(rows=1)
    (reporter,) = take(1)
    reporter.step(Step("<script>alert(1)</script>", "javascript:alert(2)"))
    tell(reporter)
    page = live(execution, view=1)
    assert "<script>" not in page
    assert 'href="javascript' not in page


def test_results_that_are_read_stay_and_newer_ones_are_counted(start: Start, work: Work, live: Live) -> None:
    execution = start(rows=20)
    work(10)
    shown, seen = "10.9.8.7.6.5.4.3.2.1", 10
    work(6)
    page = live(execution, shown=shown, seen=seen)
    assert "<b>6</b> new rows" in page
    assert page.index('id="result-10"') < page.index('id="result-1"')
    assert 'id="result-16"' not in page
    assert 'id="result-16"' in live(execution)


def test_a_list_that_is_not_full_grows_at_its_end(start: Start, work: Work, live: Live) -> None:
    execution = start(rows=20)
    work(2)
    page = live(execution, shown="1.2", seen=2)
    work(1)
    page = live(execution, shown="2.1", seen=2)
    assert page.index('id="result-2"') < page.index('id="result-1"') < page.index('id="result-3"')
    assert "new row" not in page


@pytest.mark.parametrize("query", [{"running": "x.9999999999999.-1"}, {"shown": "...", "seen": "-5"}, {"view": "٣"}])
def test_nonsense_in_the_address_is_left_out(start: Start, work: Work, live: Live, query: dict[str, str]) -> None:
    execution = start(rows=3)
    work(1)
    assert 'id="result-1"' in live(execution, **query)


def test_an_execution_that_no_worker_takes_says_so_after_a_while(start: Start, live: Live) -> None:
    execution = start(rows=1)
    assert "No worker has taken a row yet." not in live(execution)
    Execution.objects.filter(pk=execution.pk).update(started_at=timezone.now() - timedelta(minutes=1))
    assert "No worker has taken a row yet." in live(execution)


def test_a_running_row_keeps_its_place_and_gives_it_away_after_it_was_seen(
    start: Start, take: Take, live: Live
) -> None:
    execution = start(rows=20)
    take(2)
    Job.objects.filter(execution=execution, position=1).update(status="completed", finished_at=timezone.now())
    take(1)
    page = live(execution, running="1.2")
    assert page.index('id="running-1"') < page.index('id="running-2"') < page.index('id="running-3"')
    page = live(execution, running="1f.2")
    assert page.index('id="running-3"') < page.index('id="running-2"')
    assert 'id="running-1"' not in page


def test_the_number_of_queries_does_not_grow_with_the_rows(
    start: Start, work: Work, take: Take, live: Live, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = start(rows=40)
    assert execution.organization
    for _ in range(2):
        work(2)
        work(1, refuse)
        take(2)
        cache.clear()
        with django_assert_num_queries(12):
            live(execution, running="4.5", shown="1.2.3", seen=3)
