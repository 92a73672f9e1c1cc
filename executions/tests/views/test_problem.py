"""Help at a row that failed, waits or runs: what happened, and the buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from executions.agents.base import ErrorCode, Reporter, Task
from executions.help import elsewhere
from executions.help.buttons import Button, buttons_for
from executions.help.meaning import Offer
from executions.help.situation import Situation
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Session
from executions.services.control import execution_pause
from executions.services.creation import execution_create
from executions.tests.views.conftest import ClientFor, Start, Take, Work
from executions.tests.views.failing import failing, failing_at, letters_of
from executions.views.error_words import MEANINGS
from mino.tests.factories import JobFactory

pytestmark = pytest.mark.django_db
Show = Callable[..., str]
SELECTOR = "The selector .price--now matches nothing."


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


def address(job: Job, name: str = "job") -> str:
    return reverse(name, args=["northlight", job.pk])


@pytest.fixture
def failed(start: Start, work: Work) -> Callable[..., Job]:
    """A job that ended in an error."""

    def fail(code: str, message: str = "It went <b>wrong</b>.", **values: Any) -> Job:
        execution = start(**{"rows": 1, "max_retries": 0, **values})
        work(behaviour=failing(code, message))
        return execution.jobs.order_by("position").get(position=1)

    return fail


def situation(job: Job, **values: Any) -> Situation:
    return Situation(job, "northlight", timezone.now(), **{"may_run": True, "may_change": True, **values})


def titles(buttons: list[Button]) -> list[str]:
    return [button.title for button in buttons]


@pytest.mark.parametrize("code", list(ErrorCode))
def test_each_code_has_words_and_something_to_do(client: Client, failed: Callable[..., Job], code: ErrorCode) -> None:
    job = failed("TIMEOUT")
    Job.objects.filter(pk=job.pk).update(error_code=code)
    page = client.get(address(job)).text
    assert escape(MEANINGS[code].what) in page
    assert f"/help/errors/#{code.lower()}" in page
    assert page.count("<li><form") + page.count("<li><a") >= 1
    assert "It went &lt;b&gt;wrong&lt;/b&gt;." in page


@pytest.mark.parametrize("code", list(ErrorCode))
def test_no_code_offers_the_same_twice_and_all_offer_a_way_on(code: ErrorCode) -> None:
    offers = MEANINGS[code].offers
    assert len(set(offers)) == len(offers)
    assert {Offer.RETRY, Offer.SKIP} & set(offers)


def test_a_longer_time_out_is_twice_as_long_and_never_above_the_limit(failed: Callable[..., Job]) -> None:
    job = failed("TIMEOUT", timeout=100)
    button = next(one for one in buttons_for(MEANINGS["TIMEOUT"], situation(job)) if "longer" in one.title)
    query = parse_qs(urlsplit(button.url).query)
    assert query == {"like": [str(job.execution_id)], "rows": ["1"], "timeout": ["200"]}
    job.execution.timeout = 3600
    assert "Retry with a longer time-out" not in titles(buttons_for(MEANINGS["TIMEOUT"], situation(job)))


def test_another_agent_is_offered_with_its_own_time_out_and_what_it_costs(
    failed: Callable[..., Job], settings: Settings
) -> None:
    settings.EVA_API_KEY = "a key"
    job = failed("ACCESS_BLOCKED")
    [button] = [one for one in buttons_for(MEANINGS["ACCESS_BLOCKED"], situation(job)) if "EVA" in one.title]
    assert "agent=eva&timeout=600" in button.url
    assert "About $0.05" in button.text
    again = buttons_for(MEANINGS["ACCESS_BLOCKED"], situation(job, answered={"eva": 35}))
    [known] = [one for one in again if "EVA" in one.title]
    assert known.text.startswith("It got an answer here in execution 35.")


def test_the_browser_is_offered_once_to_each_agent_that_has_one(failed: Callable[..., Job]) -> None:
    job = failed("ACCESS_BLOCKED")
    [button] = [one for one in buttons_for(MEANINGS["ACCESS_BLOCKED"], situation(job)) if "browser" in one.title]
    assert "local-render=always" in button.url
    job.execution.agent_settings = {"render": "always"}
    assert "Retry in a browser" not in titles(buttons_for(MEANINGS["ACCESS_BLOCKED"], situation(job)))
    job.execution.agent, job.execution.agent_settings = "eva", {"browser_profile": "lite"}
    [button] = [one for one in buttons_for(MEANINGS["ACCESS_BLOCKED"], situation(job)) if "careful" in one.title]
    assert "eva-browser_profile=stealth" in button.url


@pytest.mark.parametrize("code", ["TIMEOUT", "RATE_LIMITED", "ACCESS_BLOCKED", "SELECTOR_NOT_FOUND", "INVALID_RESULT"])
def test_every_link_leads_to_where_it_is_done(failed: Callable[..., Job], client: Client, code: str) -> None:
    job = failed("TIMEOUT", rows=2)
    links = [one for one in buttons_for(MEANINGS[code], situation(job)) if one.url.startswith("/") and not one.posts]
    assert links
    for link in links:
        page = client.get(link.url)
        assert page.status_code == 200, link.title
        assert "The chosen row: 1" in page.text or "like=" not in link.url


def test_viewers_read_and_look_but_do_nothing(failed: Callable[..., Job], client_for: ClientFor, viewer: User) -> None:
    job = failed("SITE_ERROR")
    Session.objects.update(stack_trace="Traceback: /inner/path")
    page = client_for(viewer).get(address(job)).text
    assert "Open the site" in page
    assert "Traceback" not in page
    for name in ("job_retry", "job_skip"):
        assert address(job, name) not in page
    assert "execution_create" not in page


def test_the_stack_trace_is_folded_for_those_who_may_run(failed: Callable[..., Job], client: Client) -> None:
    job = failed("SITE_ERROR")
    Session.objects.update(stack_trace="Traceback: <inner>")
    assert "Traceback: &lt;inner&gt;</pre></details>" in client.get(address(job)).text


def test_a_row_of_an_execution_that_has_ended_for_good_is_run_anew(failed: Callable[..., Job], client: Client) -> None:
    job = failed("SITE_ERROR")
    Execution.objects.update(status=ExecutionStatus.STOPPED)
    page = client.get(address(job)).text
    assert address(job, "job_retry") not in page
    assert f"?like={job.execution_id}&amp;rows=1" in page


def test_the_buttons_retry_and_skip(failed: Callable[..., Job], client: Client) -> None:
    job = failed("SITE_ERROR")
    answer = client.post(address(job, "job_retry"), follow=True)
    assert "Row 1 waits for a free slot." in answer.text
    assert "This row waits for a free slot." in answer.text
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED
    assert "was dealt with already" in client.post(address(job, "job_retry"), follow=True).text
    assert "This row was left out." in client.post(address(job, "job_skip"), follow=True).text
    client.post(address(job, "job_retry"))
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED


def test_a_row_whose_command_has_ended_is_not_queued_for_nobody(failed: Callable[..., Job], client: Client) -> None:
    job = failed("SITE_ERROR")
    Execution.objects.update(has_own_worker=True)
    assert (
        "Only the command that started execution 1 runs its rows."
        in client.post(address(job, "job_retry"), follow=True).text
    )
    assert letters_of(job.execution) == [1]


def test_what_can_no_longer_be_done_is_told(start: Start, work: Work, client: Client) -> None:
    execution = start(rows=1)
    work()
    job = execution.jobs.get()
    for name in ("job_retry", "job_skip", "job_cancel"):
        assert "This row is in the state completed" in client.post(address(job, name), follow=True).text


def test_a_waiting_row_says_when_and_why(start: Start, work: Work, client: Client, member: User) -> None:
    execution = start(rows=1, max_retries=2)
    work(1, failing("TIMEOUT"))
    job = execution.jobs.get()
    page = client.get(address(job)).text
    assert "The next attempt is due <time" in page
    assert "Retry 1 of 2 after TIMEOUT." in page
    Job.objects.update(next_retry_at=timezone.now())
    assert "it waits for a free slot" in client.get(address(job)).text
    assert "Retry now" in page
    execution_pause(execution.pk, user=member)
    assert "waits until the execution is resumed" in client.get(address(job)).text
    assert "is paused: resume it" in client.post(address(job, "job_retry"), follow=True).text


def test_a_running_row_is_cancelled(start: Start, take: Take, client: Client) -> None:
    execution = start(rows=1)
    take(1)
    job = execution.jobs.get()
    assert "Cancel this row?" in client.get(address(job)).text
    assert "Row 1 is stopped." in client.post(address(job, "job_cancel"), follow=True).text
    job.refresh_from_db()
    assert job.status == JobStatus.STOPPED
    assert "Run this row again" in client.get(address(job)).text


def test_the_same_error_elsewhere_is_gathered_by_host_and_run_again(start: Start, work: Work, client: Client) -> None:
    execution = start(rows=6, max_retries=0)
    execution.jobs.filter(position__in=[1, 3, 4]).update(url="https://www.pinecrate.example/boxes")
    work(behaviour=failing("TIMEOUT"))
    execution.jobs.filter(position=4).update(error_code="SITE_ERROR")
    job = execution.jobs.get(position=1)
    found = elsewhere.same_error(job, timezone.now())
    assert (found.places[0].host, found.places[0].count) == ("pinecrate.example", 1)
    assert (found.rows, found.hosts, found.is_bounded) == (4, 4, False)
    job.execution.agent = "eva"
    assert elsewhere.same_error(job, timezone.now()).places[0].cost == "About $0.050."
    page = client.get(address(job)).text
    assert "Retry this 1" in page
    sent = {"selected": "1", "job": ",".join(place.jobs for place in found.places[:2]), "next": address(job)}
    client.post(reverse("dead_letters_retry", args=["northlight"]), sent)
    assert letters_of(execution) == [1, 4, 5, 6]


def test_elsewhere_reads_a_bounded_number_of_rows(
    start: Start, work: Work, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(elsewhere, "MOST_READ", 3)
    execution = start(rows=6, max_retries=0)
    work(behaviour=failing("TIMEOUT"))
    job = execution.jobs.get(position=1)
    with django_assert_num_queries(1):
        found = elsewhere.same_error(job, timezone.now())
    assert (found.rows, found.is_bounded) == (3, True)


def test_a_site_gets_instructions_of_its_own(failed: Callable[..., Job], client: Client) -> None:
    job = failed("SELECTOR_NOT_FOUND", SELECTOR)
    assert "Try another selector" in client.get(address(job)).text
    form = client.get(address(job, "job_instructions")).text
    assert SELECTOR in form
    assert job.execution.instructions in form
    answer = client.post(address(job, "job_instructions"), {"instructions": "Take the price from .price."}, follow=True)
    assert "In later executions row 1 is run by instructions of its own." in answer.text
    job.row.refresh_from_db()
    assert job.row.instructions == "Take the price from .price."
    assert "Take the price from .price." in client.get(address(job, "job_instructions")).text
    client.post(address(job, "job_instructions"), {"instructions": ""})
    client.post(address(job, "job_instructions"), {"instructions": job.execution.instructions})  # nothing was changed
    job.row.refresh_from_db()
    assert job.row.instructions == ""
    assert "at least" in client.post(address(job, "job_instructions"), {"instructions": "short"}).text


def test_own_instructions_are_used_by_a_later_execution(
    start: Start, work: Work, client: Client, failed: Callable[..., Job]
) -> None:
    job = failed("SELECTOR_NOT_FOUND", SELECTOR)
    client.post(address(job, "job_instructions"), {"instructions": "Take the price from .price."})
    version = job.execution.instruction_version
    later = execution_create(batch=job.batch, user=None, instruction_version=version, agent="local")
    told = []

    def listen(task: Task, reporter: Reporter) -> dict[str, str]:
        told.append(task.instructions)
        return {"title": "Kettle 1", "price": "1"}

    work(behaviour=listen)
    assert told == ["Take the price from .price."]
    assert later.jobs.get().status == JobStatus.COMPLETED


def test_queries_of_a_failed_row_do_not_grow(
    start: Start, work: Work, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = start(rows=3, max_retries=0)
    work(behaviour=failing_at(row_1="TIMEOUT"))
    job = execution.jobs.get(position=1)
    with django_assert_num_queries(16):
        client.get(address(job))
    for position in range(100, 120):
        JobFactory(execution=execution, status=JobStatus.ERROR, error_code="TIMEOUT", row__position=position)
    with django_assert_num_queries(16):
        client.get(address(job))
