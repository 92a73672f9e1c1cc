"""What the live page says about pauses, retries, throttling, and figures that changed after the first completion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from executions.models import Execution, Job
from executions.services.control import execution_pause, execution_resume
from executions.services.failing import execution_fail
from executions.services.requeueing import jobs_requeue
from executions.tests.admin.failing import refuse, stumble
from executions.tests.views.conftest import ClientFor, Start, Take, Work
from executions.views.comparing import at_completion
from executions.views.figures import error_figures, running_seconds
from mino.common.ui.formats import percent

pytestmark = pytest.mark.django_db
Live = Callable[..., str]


@pytest.fixture
def live(client_for: ClientFor, member: User) -> Live:
    """The live part, as htmx asks for it."""
    client: Client = client_for(member)

    def ask(execution: Execution, **query: str) -> str:
        address = reverse("execution", args=["northlight", execution.pk])
        return client.get(address, query, headers={"HX-Request": "true"}).text

    return ask


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_rows_that_wait_say_which_is_next_and_when(start: Start, work: Work, live: Live) -> None:
    execution = start(rows=4)
    work(2, stumble)
    Job.objects.filter(execution=execution, position=2).update(next_retry_at=timezone.now() + timedelta(seconds=50))
    Job.objects.filter(execution=execution, position=1).update(next_retry_at=timezone.now() + hours(1))
    page = live(execution)
    assert "2 rows wait for another attempt." in page
    assert "Next is row 2 (shop2.example)" in page
    assert "The site answered that it is broken." in page
    Job.objects.filter(execution=execution, position=1).update(next_retry_at=timezone.now())
    assert "Next is row 1 (shop1.example): it is due and waits for a free slot" in live(execution)


def test_a_throttled_execution_says_why_fewer_run(start: Start, take: Take, live: Live) -> None:
    execution = start(rows=9, concurrency=8)
    take(3)
    assert "lowered" not in live(execution)
    Execution.objects.filter(pk=execution.pk).update(effective_concurrency=4)
    page = live(execution)
    assert "3 of 4 slots" in page
    assert "lowered from 8 because the agent asked for fewer requests; back up by one every 10 s" in page


def test_a_pause_by_a_person_says_who_and_what_waits(start: Start, take: Take, live: Live, member: User) -> None:
    execution = start(rows=5)
    take(2)
    execution_pause(execution.pk, user=member)
    page = live(execution)
    assert f"Paused by {member.display_name}" in page
    assert "2 rows under way will end, then 3 rows wait until somebody resumes it." in page


def test_an_execution_that_failed_says_why(start: Start, live: Live) -> None:
    execution = start()
    execution_fail(execution.pk, code="AGENT_UNAUTHORIZED", reason="The key <b>is</b> gone.")
    page = live(execution)
    assert "This execution can’t run." in page
    assert "The key &lt;b&gt;is&lt;/b&gt; gone." in page


def test_nothing_lingers_as_running_when_nothing_runs(start: Start, work: Work, take: Take, live: Live) -> None:
    execution = start(rows=3)
    take(2)
    execution_pause(execution.pk, user=None)
    Job.objects.filter(execution=execution, position=2).update(status="completed", finished_at=timezone.now())
    assert 'id="running-2"' in live(execution, running="1.2"), "its end is shown once"
    page = live(execution, running="1.2f")
    assert 'id="running-1"' in page
    assert 'id="running-2"' not in page
    Job.objects.filter(execution=execution, position=1).update(status="completed", finished_at=timezone.now())
    Execution.objects.filter(pk=execution.pk).update(status="completed")
    assert 'id="running-title"' not in live(execution, running="1")


def test_time_paused_is_no_run_time_also_while_it_lasts() -> None:
    begun = datetime(2026, 3, 1, 12, tzinfo=timezone.get_default_timezone())
    execution = Execution(started_at=begun, paused_seconds=600, status="running")
    assert running_seconds(execution, begun + hours(1)) == 3000
    execution.status, execution.paused_at = "paused", begun + hours(1)
    assert running_seconds(execution, begun + hours(5)) == 3000
    execution.status, execution.finished_at = "completed", begun + hours(2)
    assert running_seconds(execution, begun + hours(9)) == 6600


def test_the_accuracy_of_first_attempts_leaves_out_what_retries_reached(start: Start, work: Work) -> None:
    execution = start(rows=2)
    work(1)
    work(1, refuse)
    jobs_requeue(execution.pk, user=None)
    work(1)
    execution.refresh_from_db()
    assert (execution.first_attempt_accuracy.n, execution.accuracy.n) == (2, 4)


def test_errors_are_counted_by_code_without_reading_rows(start: Start, work: Work) -> None:
    execution = start(rows=6, max_retries=0)
    work(1, stumble)
    work(2, refuse)
    execution.refresh_from_db()
    assert [(one.code, one.count) for one in error_figures(execution)] == [("PAGE_NOT_FOUND", 2), ("SITE_ERROR", 1)]


def test_figures_of_the_first_completion_are_shown_once_they_differ(start: Start, work: Work, live: Live) -> None:
    execution = start(rows=2)
    work(1)
    work(1, refuse)
    execution.refresh_from_db()
    assert at_completion(execution) is None
    assert "When it first completed" not in live(execution)
    jobs_requeue(execution.pk, user=None)
    work(1)
    execution.refresh_from_db()
    both = at_completion(execution)
    assert both
    assert (both.then.errors, both.now.errors) == (1, 0)
    assert (both.then.accuracy.n, both.now.accuracy.n) == (2, 4)
    page = live(execution)
    assert "When it first completed" in page
    assert percent(both.then.pass_rate.value) in page


def test_the_other_tabs_ask_for_their_head_until_the_end(client_for: ClientFor, member: User, start: Start) -> None:
    execution = start()
    client = client_for(member)
    results = client.get(reverse("execution_results", args=["northlight", execution.pk])).text
    assert "?head=results" in results
    head = client.get(
        reverse("execution", args=["northlight", execution.pk]), {"head": "results"}, headers={"HX-Request": "true"}
    ).text
    assert 'id="execution-controls"' in head
    assert 'id="live"' not in head
    Execution.objects.filter(pk=execution.pk).update(status="completed")
    assert (
        "hx-trigger"
        not in client.get(
            reverse("execution", args=["northlight", execution.pk]), {"head": "results"}, headers={"HX-Request": "true"}
        )
        .text.partition('id="head-poll"')[2]
        .partition(">")[0]
    )


def test_a_probe_is_told_until_it_is_over(start: Start, live: Live) -> None:
    execution = start()
    execution_pause(execution.pk, user=None)
    Execution.objects.filter(pk=execution.pk).update(status_code="AGENT_BALANCE")
    execution_resume(execution.pk, user=None)
    assert "One row is tried first." in live(execution)
    Execution.objects.filter(pk=execution.pk).update(is_probing=False)
    assert "One row is tried first." not in live(execution)
