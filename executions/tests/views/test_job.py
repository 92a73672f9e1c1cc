"""The page of one job, its pictures and its raw answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from executions.agents.base import AgentError, ErrorCode, Reporter, Step, Task
from executions.models import Execution, Job, Session
from executions.models import Screenshot as StoredScreenshot
from executions.services.creation import execution_create
from executions.tests.views.conftest import ClientFor, Start, Take, Work, tell
from executions.views.cells import LONGEST_VALUE, shown_value
from mino.tests.subjects import picture

pytestmark = pytest.mark.django_db
Show = Callable[..., str]


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def show(client: Client) -> Show:
    """The page of the job at a position."""

    def ask(execution: Execution, position: int = 1, **headers: str) -> str:
        return client.get(address(execution, position), headers=headers).text

    return ask


def address(execution: Execution, position: int) -> str:
    job = Job.objects.get(execution=execution, position=position)
    return reverse("job", args=[execution.organization.slug, job.pk])


def wrong_price(task: Task, reporter: Reporter) -> dict[str, object]:
    reporter.step(Step("Reading the price block", task.url))
    return {"title": "Kettle 1", "price": "9.50"}


def answering(title: object) -> Callable[[Task, Reporter], dict[str, object]]:
    return lambda task, reporter: {"title": title, "price": None}


def test_truth_stands_beside_the_answer_with_the_difference_marked(start: Start, work: Work, show: Show) -> None:
    execution = start(rows=1)
    work(1, wrong_price)
    page = show(execution)
    assert '<ins class="mn-t">1</ins>.50' in page
    assert '<del class="mn-x">9</del>.50' in page
    assert "Off by 8" in page
    assert "1 of 2 right" in page
    assert "from h1" in page
    assert "Reading the price block" in page


def test_markup_and_odd_values_are_text(start: Start, work: Work, show: Show) -> None:
    execution = start(rows=2)
    work(1, answering("<img src=x onerror=alert(1)>"))
    work(1, answering({"name": ["<b>", 2]}))
    assert "<img src=x" not in show(execution, 1)
    assert "{&quot;name&quot;: [&quot;&lt;b&gt;&quot;," in show(execution, 2)


def test_a_long_value_is_clipped() -> None:
    shown = shown_value("x" * (LONGEST_VALUE + 1234))
    assert shown.endswith("… and 1,234 more characters")
    assert len(shown) < LONGEST_VALUE + 50


def test_an_error_is_told_in_words_with_its_code_and_the_truth_of_the_row(start: Start, work: Work, show: Show) -> None:
    def blocked(task: Task, reporter: Reporter) -> object:
        raise AgentError(ErrorCode.ACCESS_BLOCKED, "The shop asked for a human check.", transient=False)

    execution = start(rows=1)
    work(1, blocked)
    page = show(execution)
    for told in ("ACCESS_BLOCKED", "The site turned the agent away.", "human check", "Kettle 1", "no answer"):
        assert told in page
    assert "/help/errors/#access_blocked" in page


def test_a_running_job_is_live_and_says_what_it_does(start: Start, take: Take, show: Show) -> None:
    execution = start(rows=2)
    (reporter,) = take(1)
    reporter.step(Step("Closing the cookie wall", "https://shop1.example/"))
    tell(reporter)
    page = show(execution, 1)
    assert 'hx-trigger="every 2s"' in page
    assert "Closing the cookie wall" in page
    assert "No attempt yet" in show(execution, 2)


def test_a_finished_job_asks_no_more(start: Start, work: Work, show: Show) -> None:
    execution = start(rows=1)
    work()
    part = show(execution, 1, **{"HX-Request": "true"})
    assert "hx-trigger" not in part
    assert "<html" not in part


def test_the_neighbours_are_linked(start: Start, show: Show) -> None:
    execution = start(rows=3)
    page = show(execution, 2)
    assert f'rel="prev" href="{address(execution, 1)}"' in page
    assert f'rel="next" href="{address(execution, 3)}"' in page
    assert 'rel="prev"' not in show(execution, 1)


def test_the_row_is_shown_over_all_executions(start: Start, work: Work, show: Show) -> None:
    execution = start(rows=1)
    work()
    again = execution_create(
        batch=execution.batch, user=None, instruction_version=execution.instruction_version, agent="local"
    )
    page = show(again)
    assert address(execution, 1) in page
    assert address(again, 1) in page


def test_the_raw_answer_is_plain_text_that_can_do_nothing(client: Client, start: Start, work: Work) -> None:
    execution = start(rows=1)
    work()
    Session.objects.update(raw_result={"html": "<script>alert(1)</script>"})
    job = execution.jobs.get()
    answer = client.get(reverse("job_answer", args=[execution.organization.slug, job.pk, 1]))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def pictured(start: Start, work: Work, settings: Settings, tmp_path: Path) -> StoredScreenshot:
    """A job's screenshot."""
    settings.MEDIA_ROOT = tmp_path

    start(rows=1)
    work()
    session = Session.objects.get()
    return StoredScreenshot.objects.create(
        session=session, image=picture(), caption='The page "as it was"', taken_at=session.started_at
    )


def screenshot_address(screenshot: StoredScreenshot) -> str:
    return reverse("screenshot", args=[screenshot.session.organization.slug, screenshot.pk])


def test_screenshots_are_loaded_lazily_from_a_checked_address(
    client: Client, show: Show, pictured: StoredScreenshot
) -> None:
    page = show(Execution.objects.get())
    assert f'<img src="{screenshot_address(pictured)}" alt="The page &quot;as it was&quot;" loading="lazy"' in page
    answer = client.get(screenshot_address(pictured))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    answer.close()


def test_a_screenshot_that_is_gone_or_no_picture_is_not_found(client: Client, pictured: StoredScreenshot) -> None:
    name = str(pictured.image.name)
    pictured.image.storage.delete(name)
    assert client.get(screenshot_address(pictured)).status_code == 404
    StoredScreenshot.objects.update(image="screenshots/page.html")
    assert client.get(screenshot_address(pictured)).status_code == 404


def test_the_number_of_queries_does_not_grow_with_attempts_cells_and_executions(
    start: Start, work: Work, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = start(rows=2)
    work()
    url = address(execution, 1)
    with django_assert_num_queries(13):
        client.get(url)
    for _ in range(3):
        execution_create(
            batch=execution.batch,
            user=None,
            instruction_version=execution.instruction_version,
            agent="local",
            allow_parallel=True,
        )
    work()
    with django_assert_num_queries(13):
        client.get(url)
