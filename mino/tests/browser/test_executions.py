"""Executions and jobs in a real browser: how they look, and that nothing moves while it is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from executions.agents.base import Step
from executions.engine.reporter import AttemptReporter
from executions.models import Execution, Job
from executions.services.creation import execution_create
from executions.tests.views.conftest import Take, Work, nothing_remembered, take, tell, work
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.keys import press
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.shop_agent import answer, catalogue
from projects.models import Project

__all__ = ["nothing_remembered", "take", "work"]
pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[[int], Execution]


@pytest.fixture
def start(project: Project, member: User, sign_in: SignIn) -> Start:
    """Starts an execution over so many rows of the catalogue; the member who did it is signed in."""

    def start_execution(rows: int) -> Execution:
        sign_in(member)
        version = project.production_version
        assert version
        batch = catalogue(project, rows)
        return execution_create(batch=batch, user=member, instruction_version=version, agent="local", concurrency=12)

    return start_execution


def address(name: str, execution: Execution, **parameters: object) -> str:
    """The address of a page of the execution, or of a job of it."""
    names = parameters or {"execution_id": execution.pk}
    return reverse(name, kwargs={"slug": execution.organization.slug, **names})


def job_address(execution: Execution, position: int) -> str:
    """The page of the job at a position."""
    return address("job", execution, job_id=execution.jobs.get(position=position).pk)


def age(execution: Execution) -> None:
    """Spread what has ended over the last nine minutes."""
    now = timezone.now()
    for job in Job.objects.filter(execution=execution, finished_at__isnull=False):
        ended = now - timedelta(seconds=15 * (36 - job.position))
        Job.objects.filter(pk=job.pk).update(finished_at=ended, agent_seconds=20 + job.position % 30)
    begun = now - timedelta(minutes=9)
    Execution.objects.filter(pk=execution.pk).update(started_at=begun, created_at=begun, agent_seconds=35 * 33)


def busy(reporters: list[AttemptReporter]) -> None:
    """Let running jobs tell their steps."""
    for place, reporter in enumerate(reporters):
        reporter.step(Step("Opening the page", reporter.attempt.task.url))
        if place % 2:
            reporter.step(Step("Closing the cookie wall (“Only necessary”)", reporter.attempt.task.url, 40))
    tell(*reporters)


def test_the_pages_of_an_execution_under_way_look_right(page: Page, start: Start, work: Work, take: Take) -> None:
    execution = start(60)
    work(35, answer)
    age(execution)
    busy(take(12))
    page.goto(f"{address('execution', execution)}?view=37")
    assert_looks_right(page, "execution-live")
    page.goto(address("execution_results", execution))
    assert_looks_right(page, "execution-results")
    page.goto(f"{address('execution_results', execution)}?column=price&outcome=wrong")
    assert_looks_right(page, "execution-results-filtered")
    page.goto(address("execution_errors", execution))
    assert_looks_right(page, "execution-errors")
    page.goto(address("execution_settings", execution))
    assert_looks_right(page, "execution-settings")


def test_the_pages_of_jobs_look_right(page: Page, start: Start, work: Work, take: Take) -> None:
    execution = start(20)
    work(16, answer)
    busy(take(2))
    for name, position in {"wrong": 12, "pictures": 15, "error": 13, "running": 18, "queued": 20}.items():
        page.goto(job_address(execution, position))
        assert_looks_right(page, f"job-{name}")


def test_a_new_execution_and_one_that_has_ended_look_right(page: Page, start: Start, work: Work) -> None:
    execution = start(14)
    page.goto(address("execution_create", execution, batch_id=execution.batch_id))
    assert_looks_right(page, "execution-run")
    page.goto(address("execution", execution))
    assert_looks_right(page, "execution-new")
    work(behaviour=answer)
    page.goto(address("execution", execution))
    assert_looks_right(page, "execution-ended")


def test_results_come_by_themselves_and_newer_ones_wait_behind_a_chip(page: Page, start: Start, work: Work) -> None:
    execution = start(30)
    page.goto(address("execution", execution))
    expect(page.get_by_role("heading", name="No row has ended yet")).to_be_visible()
    # What the page asks meanwhile waits until this test is back in the browser: the list would begin with fewer rows.
    page.route("**/*", lambda route: route.continue_())
    work(12, answer)
    page.unroute_all(behavior="wait")
    rows = page.locator("tr[id^=result-]")
    expect(rows).to_have_count(10)
    before = rows.evaluate_all("rows => rows.map((row) => row.id)")
    work(6, answer)
    chip = page.get_by_role("link", name="6 new rows")
    expect(chip).to_be_visible()
    assert rows.evaluate_all("rows => rows.map((row) => row.id)") == before
    chip.click()
    expect(page.locator("#result-18")).to_be_visible()
    expect(chip).to_have_count(0)


def test_a_running_row_keeps_its_place_when_it_ends(page: Page, start: Start, work: Work, take: Take) -> None:
    execution = start(30)
    take(3)
    page.goto(address("execution", execution))
    running = page.locator("tr[id^=running-]")
    expect(running).to_have_count(3)
    Job.objects.filter(execution=execution, position=1).update(status="completed", finished_at=timezone.now())
    expect(page.locator("#running-1")).to_contain_text("Completed")
    assert running.evaluate_all("rows => rows.map((row) => row.id)")[0] == "running-1"
    take(1)
    expect(page.locator("#running-4")).to_be_visible()
    assert running.evaluate_all("rows => rows.map((row) => row.id)")[0] == "running-4"


def test_the_page_stops_asking_when_the_execution_has_ended_and_says_so(page: Page, start: Start, work: Work) -> None:
    execution = start(6)
    page.goto(address("execution", execution))
    work(behaviour=answer)
    expect(page.locator(".mn-toast")).to_contain_text("Execution 1 is completed.")
    expect(page.locator("#execution-state")).to_contain_text("Completed")
    page.wait_for_timeout(1000)  # one that was asked for meanwhile may still come
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(5000)
    assert not asked


def test_a_run_is_started_with_the_form(page: Page, start: Start) -> None:
    execution = start(30)
    page.goto(address("execution_create", execution, batch_id=execution.batch_id))
    expect(page.get_by_label("How many rows")).to_be_hidden()
    page.get_by_label("A random sample").check()
    page.get_by_label("How many rows").fill("7")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("Execution 1 already runs this version")
    page.get_by_label("Run it beside the one that is running").check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Execution 2")).to_be_visible()
    assert Execution.objects.get(number=2).total_jobs == 7


def test_j_and_k_lead_to_the_neighbouring_rows(page: Page, start: Start) -> None:
    execution = start(3)
    page.goto(job_address(execution, 2))
    press(page, "j")
    expect(page.get_by_text("Row 3", exact=True)).to_be_visible()
    press(page, "k")
    expect(page.get_by_text("Row 2", exact=True)).to_be_visible()
