"""The controls of an execution: what each does, how it answers, and when it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from executions.agents.base import AgentError, ErrorCode, Reporter, Task
from executions.models import Execution
from executions.services.control import execution_pause, execution_stop
from executions.services.holding import hold_execution
from executions.tests.views.conftest import ClientFor, Start, Take, Work

pytestmark = pytest.mark.django_db
Press = Callable[..., Any]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def press(client: Client) -> Press:
    """Posts a control as htmx does it."""

    def post(execution: Execution, name: str, **data: object) -> HttpResponse:
        return client.post(address(execution, name), data, headers=HTMX)  # type: ignore[return-value]

    return post


def address(execution: Execution, name: str) -> str:
    return reverse(f"execution_{name}", args=[execution.organization.slug, execution.pk])


def toast(answer: HttpResponse) -> str:
    return str(json.loads(answer["HX-Trigger"])["mino:toast"])


def refuse(task: Task, reporter: Reporter) -> object:
    raise AgentError(ErrorCode.PAGE_NOT_FOUND, "The site answered 404.", transient=False)


def test_an_answer_renews_head_and_live_part(start: Start, press: Press) -> None:
    execution = start()
    answer = press(execution, "pause", live="running=1", tab="live")
    for part in ("execution-state", "execution-controls", "execution-tabs", "execution-says", "live"):
        assert f'id="{part}"' in answer.text
    assert "Paused by" in answer.text
    assert toast(answer) == "Execution 1 is paused."


def test_a_tab_without_live_part_gets_its_head_alone(start: Start, press: Press) -> None:
    answer = press(start(), "pause", tab="errors")
    assert 'id="live"' not in answer.text
    assert "?head=errors" in answer.text


@pytest.mark.parametrize(
    ("tab", "query", "lands"),
    [
        ("live", "", "execution"),
        ("results", "status=queued", "execution_results"),
        ("nonsense", "next=//evil.example", "execution"),
    ],
)
def test_without_scripts_it_leads_back_to_where_it_was(
    client: Client, start: Start, tab: str, query: str, lands: str
) -> None:
    execution = start()
    answer = client.post(address(execution, "pause"), {"tab": tab, "query": query})
    assert answer.url.startswith(reverse(lands, args=["northlight", execution.pk]))  # type: ignore[attr-defined]
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["Execution 1 is paused."]


def test_each_control_may_be_pressed_twice(start: Start, press: Press) -> None:
    execution = start()
    for name, data in (("pause", {}), ("resume", {}), ("concurrency", {"concurrency": 9}), ("stop", {})):
        assert [press(execution, name, **data).status_code for _ in range(2)] == [200, 200]
    execution.refresh_from_db()
    assert (execution.status, execution.concurrency) == ("stopped", 9)


def test_a_refusal_is_a_sentence_in_place(client: Client, start: Start, press: Press) -> None:
    execution = start()
    execution_stop(execution.pk, user=None)
    answer = press(execution, "pause", tab="live")
    assert answer.status_code == 409
    assert "Execution 1 is stopped and can&#x27;t be paused." in answer.text
    plain = client.post(address(execution, "resume"))
    assert [message.level_tag for message in get_messages(plain.wsgi_request)] == ["error"]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("concurrency", {"concurrency": "51"}, "less than or equal to 50"),
        ("concurrency", {}, "This field is required."),
        ("max_retries", {"max_retries": "-1"}, "greater than or equal to 0"),
        ("budget", {"budget": "much"}, "Enter a number."),
        ("cancel_row", {"job": "x"}, "This row does not belong to the execution."),
    ],
)
def test_a_wrong_value_is_said(start: Start, press: Press, name: str, data: dict[str, str], told: str) -> None:
    answer = press(start(), name, **data)
    assert answer.status_code == 422
    assert told in answer.text


def test_the_concurrency_is_set_by_its_number_or_by_the_buttons_beside_it(
    client: Client, start: Start, press: Press
) -> None:
    execution = start()
    press(execution, "concurrency", concurrency=8, to=99)
    execution.refresh_from_db()
    assert execution.concurrency == 8
    client.post(address(execution, "concurrency"), {"concurrency": 8, "to": 9})
    execution.refresh_from_db()
    assert execution.concurrency == 9


def test_retries_and_budget_are_changed(start: Start, press: Press) -> None:
    execution = start()
    assert toast(press(execution, "max_retries", max_retries=1)) == "A row is retried at most 1 time."
    assert toast(press(execution, "budget", budget="12.50")) == "The budget is $12.50."
    execution.refresh_from_db()
    assert (execution.max_retries, execution.budget) == (1, Decimal("12.5"))
    assert toast(press(execution, "budget", budget="")) == "There is no budget any more."


def test_a_raised_budget_lets_the_execution_go_on(start: Start, press: Press) -> None:
    execution = start()
    Execution.objects.filter(pk=execution.pk).update(budget=1)
    hold_execution(execution, code="BUDGET_REACHED", reason="The budget is spent.", now=timezone.now())
    page = press(execution, "pause", live="", tab="live").text
    assert "Paused at its budget." in page
    assert toast(press(execution, "budget", budget="5", resume="1")) == "The budget is $5.00. Execution 1 goes on."


def test_after_the_breaker_one_row_is_tried_first(start: Start, press: Press) -> None:
    execution = start()
    hold_execution(execution, code="AGENT_BALANCE", reason="No credit is left.", now=timezone.now())
    page = press(execution, "pause", live="", tab="live").text
    assert "No credit is left." in page
    assert "<code>AGENT_BALANCE</code>" in page
    answer = press(execution, "resume", live="", tab="live")
    assert toast(answer) == "Execution 1 goes on. One row is tried first."
    assert "If it works, the others follow" in answer.text


def test_failed_rows_run_again_all_or_those_with_one_code(start: Start, work: Work, press: Press) -> None:
    execution = start(rows=4)
    work(3, refuse)
    assert "Retry all 3 failed rows" in press(execution, "resume").text
    assert toast(press(execution, "retry_failed", error_code="TIMEOUT")) == "No failed row was left to run again."
    assert toast(press(execution, "retry_failed")) == "3 rows will run again."
    execution.refresh_from_db()
    assert (execution.error_jobs, execution.queued_jobs) == (0, 4)


def test_a_final_execution_offers_its_failed_rows_as_a_new_one(
    client: Client, start: Start, work: Work, press: Press
) -> None:
    execution = start(rows=4)
    work(2, refuse)
    execution_stop(execution.pk, user=None)
    answer = press(execution, "retry_failed")
    assert answer.status_code == 409
    assert "Run 2 failed rows anew" in answer.text
    form = client.get(address(execution, "rerun_failed"))
    assert form.url.endswith(f"/run/?like={execution.pk}&rows=1,2")  # type: ignore[attr-defined]
    started = client.post(address(execution, "rerun_failed"))
    assert started.url.endswith(f"/{Execution.objects.get(number=2).pk}/")  # type: ignore[attr-defined]


def test_more_failed_rows_than_an_address_holds_are_started_after_a_question(client: Client, start: Start) -> None:
    execution = start()
    Execution.objects.filter(pk=execution.pk).update(status="stopped", error_jobs=1204)
    page = client.get(reverse("execution", args=["northlight", execution.pk])).text
    assert 'commandfor="rerun-failed"' in page
    assert f'action="{address(execution, "rerun_failed")}"' in page


def test_the_same_is_started_again_at_once(start: Start, work: Work, press: Press) -> None:
    execution = start(rows=2)
    refused = press(execution, "start_again")
    assert refused.status_code == 409
    assert "Execution 1 already runs this version" in refused.text
    work()
    answer = press(execution, "start_again")
    assert answer["HX-Redirect"].endswith(f"/{Execution.objects.get(number=2).pk}/")


def test_one_row_is_cancelled_another_skipped(start: Start, take: Take, press: Press) -> None:
    execution = start(rows=3)
    take(1)
    running, waiting = (execution.jobs.get(position=position) for position in (1, 2))
    assert toast(press(execution, "cancel_row", job=running.pk)) == "Row 1 is cancelled."
    assert toast(press(execution, "skip_row", job=waiting.pk)) == "Row 2 is skipped."
    assert press(execution, "skip_row", job=running.pk).status_code == 409
    assert list(execution.jobs.values_list("status", flat=True)) == ["stopped", "skipped", "queued"]


def test_a_row_of_another_execution_is_not_touched(start: Start, press: Press) -> None:
    execution, other = start(), start()
    job = other.jobs.get(position=1)
    assert press(execution, "skip_row", job=job.pk).status_code == 422
    job.refresh_from_db()
    assert job.status == "queued"


def test_a_viewer_sees_no_control(client_for: ClientFor, viewer: User, start: Start, take: Take) -> None:
    execution = start()
    take(1)
    execution_pause(execution.pk, user=None)
    client = client_for(viewer)
    for tab in ("execution", "execution_results", "execution_errors", "execution_settings"):
        page = client.get(reverse(tab, args=["northlight", execution.pk])).text
        assert 'method="post"' not in page.partition('id="main"')[2]
        assert "commandfor" not in page
        assert "Export" in page


def test_a_key_of_the_form_is_demanded(member: User, start: Start) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    execution = start()
    assert client.post(address(execution, "stop"), headers=HTMX).status_code == 403
    execution.refresh_from_db()
    assert execution.status == "running"


@pytest.mark.parametrize("rows", [3, 30])
def test_an_answer_asks_the_same_however_many_rows_there_are(
    start: Start, work: Work, take: Take, press: Press, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = start(rows=rows)
    work(rows // 3, refuse)
    take(rows // 3)
    with django_assert_num_queries(19):
        press(execution, "concurrency", concurrency=7, live="", tab="live")
