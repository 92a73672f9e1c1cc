"""The retry queue, the help at a failed row, and the list of error codes in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from executions.agents.base import AgentError, ErrorCode, Reporter, Screenshot, Task
from executions.models import Execution, ExecutionStatus, Job, Retry, Session
from executions.services.creation import execution_create
from executions.tests.views.conftest import Work, nothing_remembered, work
from executions.tests.views.failing import letters_of
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.shop_agent import answer, catalogue, picture
from projects.models import Project

__all__ = ["nothing_remembered", "work"]
pytestmark = pytest.mark.django_db(transaction=True)
SELECTOR = "The selector “.product-price .now” of the column price matches nothing on the page."


def bad_day(task: Task, reporter: Reporter) -> object:
    """Some rows time out, some are turned away, a selector is stale; the rest has answers."""
    n = int(task.url.rpartition("=")[2])
    if n % 3 == 0:
        raise AgentError(ErrorCode.TIMEOUT, "It took longer than 120 seconds.", transient=True)
    if n % 5 == 0:
        reporter.screenshot(Screenshot(picture(), "A human check"))
        raise AgentError(ErrorCode.ACCESS_BLOCKED, "The shop asked for a human check.", transient=False)
    if n == 7:
        raise AgentError(ErrorCode.SELECTOR_NOT_FOUND, SELECTOR, transient=False)
    return answer(task, reporter)


def run(project: Project, member: User, rows: int, **values: object) -> Execution:
    """An execution over so many rows of the catalogue."""
    version = project.production_version
    assert version
    arguments: dict[str, object] = {"batch": catalogue(project, rows), "user": member, "instruction_version": version}
    return execution_create(**{**arguments, "agent": "local", **values})  # type: ignore[arg-type]  # as given


@pytest.fixture
def letters(project: Project, member: User, sign_in: SignIn, work: Work) -> Execution:
    """A completed execution of 24 rows with dead letters, and a stopped one; the member who ran them is signed in."""
    sign_in(member)
    stopped = run(project, member, 6, max_retries=0)
    work(behaviour=bad_day)
    Execution.objects.filter(pk=stopped.pk).update(status=ExecutionStatus.STOPPED)
    execution = run(project, member, 24, max_retries=0)
    work(behaviour=bad_day)
    return execution


def queue(name: str = "dead_letters") -> str:
    return reverse(name, args=["northlight"])


def job_page(execution: Execution, position: int) -> str:
    return reverse("job", args=["northlight", execution.jobs.get(position=position).pk])


def test_the_pages_look_right(page: Page, letters: Execution) -> None:
    Session.objects.update(stack_trace="Traceback (most recent call last):\n  AgentError: It took longer.")
    page.goto(queue())
    expect(page.locator(".mn-nav .mn-count")).to_contain_text("19")
    assert_looks_right(page, "dead-letters")
    page.goto(f"{queue('dead_letters_retry')}?age=week")
    assert_looks_right(page, "dead-letters-retry")
    page.goto(job_page(letters, 3))
    assert_looks_right(page, "job-timeout")
    page.goto(job_page(letters, 10))
    assert_looks_right(page, "job-blocked")
    page.goto(job_page(letters, 7))
    assert_looks_right(page, "job-selector")
    page.get_by_role("link", name="Try another selector").click()
    assert_looks_right(page, "job-instructions")
    page.goto(reverse("execution_errors", args=["northlight", letters.pk]))
    assert_looks_right(page, "execution-errors-acts")
    page.goto(f"{reverse('error_help')}#access_blocked")
    assert_looks_right(page, "error-help")


def test_the_waiting_rows_look_right(page: Page, project: Project, member: User, sign_in: SignIn, work: Work) -> None:
    sign_in(member)
    page.goto(queue("retry_queue"))
    assert_looks_right(page, "retry-queue-empty")
    page.goto(queue())
    assert_looks_right(page, "dead-letters-empty")
    execution = run(project, member, 24)
    work(24, bad_day)
    for place, retry in enumerate(Retry.objects.order_by("job__position")):
        due = timezone.now() + timedelta(seconds=100 + place * 9)
        Retry.objects.filter(pk=retry.pk).update(scheduled_for=due)
        Job.objects.filter(pk=retry.job_id).update(next_retry_at=due)
    page.goto(queue("retry_queue"))
    assert_looks_right(page, "retry-queue")
    page.goto(job_page(execution, 3))
    assert_looks_right(page, "job-retrying")
    page.get_by_role("button", name="Retry now").click()
    expect(page.locator(".mn-toast")).to_contain_text("Row 3 waits for a free slot.")


def test_dead_letters_are_run_again(page: Page, letters: Execution, work: Work) -> None:
    page.goto(f"{queue()}?execution={letters.number}")
    chosen = page.get_by_role("button", name="Retry chosen")
    expect(chosen).to_be_disabled()
    page.get_by_label("Choose row 3 of execution 2", exact=True).check()
    page.get_by_label("Choose row 5 of execution 2", exact=True).check()
    expect(chosen).to_have_text("Retry chosen 2")
    chosen.click()
    page.get_by_role("button", name="Retry 2 rows").click()
    expect(page.locator(".mn-toast")).to_contain_text("2 rows will run again.")
    assert not {3, 5} & set(letters_of(letters))
    work(behaviour=answer)
    page.get_by_label("Error", exact=True).select_option("TIMEOUT")
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Choose all rows of this page").check()
    expect(page.get_by_role("button", name="Skip chosen")).to_have_text("Skip chosen 7")
    page.get_by_role("link", name="Retry all 7").click()
    page.get_by_role("button", name="Retry 7 rows").click()
    expect(page.get_by_role("heading", name="No dead letter matches")).to_be_visible()
    work(behaviour=answer)
    assert letters.jobs.filter(status="error", error_code="TIMEOUT").count() == 0


def test_a_row_is_skipped_and_run_after_all(page: Page, letters: Execution) -> None:
    page.goto(job_page(letters, 3))
    page.get_by_role("button", name="Skip this site").click()
    expect(page.get_by_role("heading", name="This row was left out.")).to_be_visible()
    page.get_by_role("button", name="Run it after all").click()
    expect(page.get_by_role("heading", name="This row waits for a free slot.")).to_be_visible()
