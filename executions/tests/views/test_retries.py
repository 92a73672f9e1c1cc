"""The retry queue: what waits, the dead letters, and acts on many of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, User
from executions.help.elsewhere import MOST_READ
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry
from executions.services.control import execution_pause
from executions.tests.views.conftest import ClientFor, Start, Work
from executions.tests.views.failing import failing, failing_at, letters_of
from executions.views import dead_letters as views
from mino.tests.factories import ProjectFactory
from projects.models import Project

pytestmark = pytest.mark.django_db
Show = Callable[..., str]


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def show(client: Client, organization: Organization) -> Show:
    """A page of the retry queue."""

    def ask(page: str = "dead_letters", reader: Client | None = None, **query: Any) -> str:
        answer = (reader or client).get(reverse(page, args=[organization.slug]), query)
        assert answer.status_code == 200
        return answer.text

    return ask


def rows_of(page: str) -> list[int]:
    """The rows in the table of a page, in its order."""
    return [int(number) for number in re.findall(r'<div class="mn-meta">Row (\d+)<', page)]


def test_what_waits_is_listed_by_its_time_with_its_reason(start: Start, work: Work, show: Show) -> None:
    execution = start(rows=3, max_retries=2)
    work(3, failing("TIMEOUT"))
    for minutes, retry in zip((5, 1, 3), Retry.objects.order_by("job__position"), strict=True):
        Retry.objects.filter(pk=retry.pk).update(scheduled_for=timezone.now() + timedelta(minutes=minutes))
    page = show("retry_queue")
    assert rows_of(page) == [2, 3, 1]
    assert "1 of 2" in page
    assert "It went &lt;b&gt;wrong&lt;/b&gt;." in page
    assert page.count("Retry now") == 3
    assert reverse("execution", args=["northlight", execution.pk]) in page


def test_what_waits_in_one_execution_is_shown_alone(start: Start, work: Work, show: Show) -> None:
    numbers = [start(rows=rows, max_retries=2).number for rows in (1, 2)]
    work(3, failing("TIMEOUT"))
    assert rows_of(show("retry_queue", execution=numbers[0])) == [1]
    assert sorted(rows_of(show("retry_queue", execution=numbers[1]))) == [1, 2]
    assert rows_of(show("retry_queue", execution="<b>")) == []


def test_a_row_of_a_paused_execution_waits_for_the_resume(
    start: Start, work: Work, show: Show, member: User, client_for: ClientFor, viewer: User
) -> None:
    execution = start(rows=1)
    work(1, failing("TIMEOUT"))
    execution_pause(execution.pk, user=member)
    assert "at the resume" in show("retry_queue")
    assert "Retry now" not in show("retry_queue", client_for(viewer))


def test_empty_queues_say_what_they_are_for(show: Show) -> None:
    assert "Nothing waits for another attempt" in show("retry_queue")
    assert "No dead letters" in show()
    assert "No dead letter matches" in show(error_code="TIMEOUT")


def test_a_waiting_row_is_hurried_and_skipped_from_the_list(start: Start, work: Work, client: Client) -> None:
    execution = start(rows=2)
    work(2, failing("TIMEOUT"))
    Retry.objects.update(scheduled_for=timezone.now() + timedelta(minutes=1))
    first, second = execution.jobs.order_by("position")
    back = reverse("retry_queue", args=["northlight"])
    answer = client.post(reverse("job_retry", args=["northlight", first.pk]), {"next": back}, follow=True)
    assert answer.redirect_chain == [(back, 302)]
    assert "Row 1 waits for a free slot." in answer.text
    assert first.retries.get().scheduled_for <= timezone.now()
    client.post(reverse("job_skip", args=["northlight", second.pk]))
    assert execution.jobs.get(position=2).status == JobStatus.SKIPPED


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\\\evil.example/", "evil"])
def test_nobody_is_led_elsewhere(start: Start, client: Client, wanted: str) -> None:
    job = start(rows=1).jobs.get()
    answer = client.post(reverse("job_skip", args=["northlight", job.pk]), {"next": wanted})
    assert answer.headers["Location"] == reverse("job", args=["northlight", job.pk])


@pytest.fixture
def letters(start: Start, work: Work) -> Execution:
    """An execution of eight rows: 3 and 6 ended in TIMEOUT, 5 in ACCESS_BLOCKED."""
    execution = start(rows=8, max_retries=0)
    work(behaviour=failing_at(row_3="TIMEOUT", row_6="TIMEOUT", row_5="ACCESS_BLOCKED"))
    return execution


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({}, [6, 5, 3]),
        ({"error_code": "TIMEOUT"}, [6, 3]),
        ({"agent": "local"}, [6, 5, 3]),
        ({"agent": "eva"}, []),
        ({"age": "hour"}, [6, 5]),
        ({"age": "week"}, [6, 5]),
        ({"age": "older"}, [3]),
        ({"execution": 1, "error_code": "ACCESS_BLOCKED"}, [5]),
        ({"execution": 2}, []),
        ({"execution": 10**12}, []),
        ({"error_code": "NONSENSE"}, []),
        ({"project": "nonsense"}, []),
    ],
)
def test_dead_letters_are_filtered(letters: Execution, show: Show, query: dict[str, Any], rows: list[int]) -> None:
    letters.jobs.filter(position=3).update(finished_at=timezone.now() - timedelta(days=8))
    assert rows_of(show(**query)) == rows


def test_dead_letters_are_counted_by_code(letters: Execution, show: Show) -> None:
    page = show()
    assert "<code>TIMEOUT</code> <b>2</b>" in page
    assert "<code>ACCESS_BLOCKED</code> <b>1</b>" in page
    assert "Retry all 3" in page
    assert "Retry these 2" in page
    assert "error_code=TIMEOUT" in page


def test_above_the_bound_the_newest_are_counted_and_it_is_said(
    letters: Execution, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("executions.queries.dead_letters.MOST_AT_ONCE", 2)
    monkeypatch.setattr(views, "MOST_AT_ONCE", 2)
    page = show()
    assert "counted are the newest 2" in page
    assert "more than 2" in page
    assert "Retry the newest 2" in page


def test_pages_have_fifty_rows_and_follow_on(start: Start, work: Work, show: Show) -> None:
    start(rows=53, max_retries=0)
    work(behaviour=failing("TIMEOUT"))
    page = show()
    assert rows_of(page) == list(range(53, 3, -1))
    link = re.search(r'rel="next" href="\?([^"]+)"', page)
    assert link
    cursor = link[1].removeprefix("cursor=")
    assert rows_of(show(cursor=cursor.replace("%3A", ":"))) == [3, 2, 1]


def test_private_projects_show_theirs_to_those_with_a_grant_alone(
    letters: Execution, start: Start, show: Show, client_for: ClientFor, admin: User, organization: Organization
) -> None:
    Project.objects.filter(pk=letters.project_id).update(is_private=True)
    assert rows_of(show()) == []
    assert rows_of(show("dead_letters", client_for(admin))) == [6, 5, 3]
    assert show("retry_queue_count").strip() == ""
    assert '<span class="mn-count">3' in show("retry_queue_count", client_for(admin))


def confirm(client: Client, verb: str, **query: Any) -> str:
    return client.get(reverse(f"dead_letters_{verb}", args=["northlight"]), query).text


def send(client: Client, verb: str, page: str) -> str:
    """Confirm what the page asks."""
    form = page[page.index('<form class="card mn-narrow"') :]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value.replace("&amp;", "&"))
    fields.pop("csrfmiddlewaretoken", None)
    return client.post(reverse(f"dead_letters_{verb}", args=["northlight"]), fields, follow=True).text


def test_all_of_a_code_are_run_again_after_their_count_was_confirmed(letters: Execution, client: Client) -> None:
    page = confirm(client, "retry", error_code="TIMEOUT", age="hour")
    assert "Retry 2 rows?" in page
    assert "Costs nothing." in page
    assert letters_of(letters) == [3, 5, 6]
    assert "2 rows will run again." in send(client, "retry", page)
    assert letters_of(letters) == [5]
    letters.refresh_from_db()
    assert (letters.status, letters.queued_jobs) == (ExecutionStatus.RUNNING, 2)


def test_a_selection_is_skipped(letters: Execution, client: Client) -> None:
    chosen = letters.jobs.filter(position__in=[3, 5]).values_list("pk", flat=True)
    page = confirm(client, "skip", selected=1, job=[*map(str, chosen), "nonsense"])
    assert "Skip 2 rows?" in page
    assert "2 rows are skipped." in send(client, "skip", page)
    assert letters_of(letters) == [6]


@pytest.mark.parametrize("query", [{"selected": "1"}, {"error_code": "NONSENSE"}, {"age": "never"}])
def test_an_empty_or_senseless_choice_reaches_nothing(
    letters: Execution, client: Client, query: dict[str, str]
) -> None:
    for verb in ("retry", "skip"):
        address = reverse(f"dead_letters_{verb}", args=["northlight"])
        assert client.get(address, query).status_code == 302
        client.post(address, query)
    assert letters_of(letters) == [3, 5, 6]


def test_what_fails_after_the_count_was_shown_is_not_reached(letters: Execution, client: Client) -> None:
    page = confirm(client, "skip")
    letters.jobs.filter(position=6).update(finished_at=timezone.now() + timedelta(seconds=5))
    send(client, "skip", page)
    assert letters_of(letters) == [6]


def test_those_of_stopped_executions_are_told_and_led_to_a_new_execution(
    letters: Execution, start: Start, work: Work, client: Client
) -> None:
    start(rows=1, max_retries=0)
    work(behaviour=failing("TIMEOUT"))
    Execution.objects.filter(pk=letters.pk).update(status=ExecutionStatus.STOPPED)
    page = confirm(client, "retry")
    assert "Retry 1 row?" in page
    assert "<b>3 of 4</b> belong to executions that have ended for good" in page
    run = reverse("execution_create", args=["northlight", letters.batch_id])
    assert f"{run}?like={letters.pk}&amp;rows=3,5,6" in page
    told = send(client, "retry", page)
    assert "3 rows of ended executions: run them as a new execution." in told
    assert letters_of(letters) == [3, 5, 6]


def test_guests_of_one_project_act_there_alone(letters: Execution, client_for: ClientFor, viewer: User) -> None:
    assert client_for(viewer).get(reverse("dead_letters_retry", args=["northlight"])).status_code == 403
    assert "data-choose-act" not in client_for(viewer).get(reverse("dead_letters", args=["northlight"])).text


def test_the_errors_of_an_execution_lead_to_their_retry(letters: Execution, client: Client, show: Show) -> None:
    page = client.get(reverse("execution_errors", args=["northlight", letters.pk])).text
    assert f"?execution={letters.number}&amp;error_code=TIMEOUT" in page
    assert "Retry these 2" in page


def test_the_number_of_queries_does_not_grow(
    start: Start, work: Work, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    addresses = [reverse(name, args=["northlight"]) for name in ("dead_letters", "dead_letters_retry", "retry_queue")]
    for executions, rows in ((1, 2), (3, 12)):
        for _ in range(executions):
            start(rows=rows, max_retries=0)
        work(behaviour=failing("TIMEOUT"))
        for _ in range(executions):
            start(rows=rows)
        work(executions * rows, failing("TIMEOUT"))
        Retry.objects.update(scheduled_for=timezone.now() + timedelta(minutes=1))
        for address, queries in zip(addresses, (10, 8, 8), strict=True):
            with django_assert_num_queries(queries):
                client.get(address)


def plan_of(sql: str) -> str:
    """How the database carries out a statement."""
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + sql)
        return "\n".join(str(line) for line in cursor.fetchall())


def many_letters(execution: Execution) -> None:
    """Give an execution 4,000 more jobs, a quarter of them dead letters, the rest answered."""
    row, now = execution.batch.rows.get(position=1), timezone.now()
    fixed = {"organization_id": execution.organization_id, "project_id": execution.project_id, "execution": execution}
    Job.objects.bulk_create(
        Job(
            **fixed,
            batch_id=execution.batch_id,
            row=row,
            repeat=2 + number,
            position=100 + number,
            row_position=1,
            url="https://shop1.example/",
            status=JobStatus.COMPLETED if number % 4 else JobStatus.ERROR,
            error_code="" if number % 4 else "TIMEOUT",
            finished_at=now - timedelta(seconds=number),
        )
        for number in range(4000)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@pytest.mark.parametrize("query", ["", "?error_code=TIMEOUT", "?age=week"])
def test_dead_letters_are_read_off_their_index(letters: Execution, client: Client, query: str) -> None:
    many_letters(letters)
    for page in ("dead_letters", "dead_letters_retry"):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(page, args=["northlight"]) + query)
        lists = [one["sql"] for one in asked if '"executions_job"."finished_at" DESC' in one["sql"]]
        assert sum(sql.endswith(" LIMIT 51") for sql in lists) == (page == "dead_letters")
        assert all(" LIMIT " in sql for sql in lists)  # what is counted is bounded, however it is read
        assert all("job_dead_letters" in plan_of(sql) for sql in lists if sql.endswith(" LIMIT 51"))


def test_the_same_error_elsewhere_is_read_off_its_index(letters: Execution, client: Client) -> None:
    many_letters(letters)
    job = letters.jobs.get(position=3)
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("job", args=["northlight", job.pk]))
    [sql] = [one["sql"] for one in asked if f" LIMIT {MOST_READ + 1}" in one["sql"]]
    assert "job_by_error" in plan_of(sql)


def test_projects_of_others_are_no_choice(show: Show, stranger: User) -> None:
    other = ProjectFactory(organization=stranger.memberships.get().organization, name="Their project")
    assert "Their project" not in show(error_code="TIMEOUT")
    assert "No dead letter matches" in show(project=other.pk)
