"""The controls of an execution in a real browser: their effect is seen at once, and they look right in every state."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from executions.agents.base import AgentError, ErrorCode, Reporter, Task
from executions.models import Execution, Job
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.failing import execution_fail
from executions.services.holding import hold_execution
from executions.services.requeueing import jobs_requeue
from executions.tests.views.conftest import Take, Work, nothing_remembered, take, work
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.shop_agent import answer
from mino.tests.browser.test_executions import Start, address, age, busy, start

__all__ = ["nothing_remembered", "start", "take", "work"]
pytestmark = pytest.mark.django_db(transaction=True)


def overloaded(task: Task, reporter: Reporter) -> object:
    raise AgentError(ErrorCode.SITE_ERROR, "The site answered 503.", transient=True)


def state(page: Page, word: str) -> None:
    """Wait until the state beside the heading is `word`."""
    expect(page.locator("#execution-state")).to_have_text(word)


def hold(execution: Execution, code: str, reason: str) -> None:
    """Pause as the engine does it, with a reason."""
    hold_execution(execution, code=code, reason=reason, now=timezone.now())


@pytest.fixture
def under_way(page: Page, start: Start, work: Work, take: Take) -> Execution:
    """An execution of 60 rows, 35 of them ended and 12 running; some wait for another attempt."""
    execution = start(60)
    work(33, answer)
    work(2, overloaded)
    age(execution)
    busy(take(12))
    execution.refresh_from_db()
    return execution


def test_pause_concurrency_resume_and_stop_are_seen_at_once(page: Page, under_way: Execution) -> None:
    page.goto(address("execution", under_way))
    page.get_by_role("button", name="Pause").click()
    state(page, "Paused")
    expect(page.locator("#live")).to_contain_text("Paused by")
    page.get_by_role("button", name="One more at the same time").dblclick()
    expect(page.locator("#live")).to_contain_text("12 of 14 slots")
    page.get_by_role("button", name="Resume").click()
    state(page, "Running")
    page.get_by_role("button", name="Stop").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("15 rows will not run. 12 rows under way are called off")
    dialog.get_by_role("button", name="Stop for good").click()
    state(page, "Stopped")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    under_way.refresh_from_db()
    assert (under_way.status, under_way.concurrency) == ("stopped", 14)


def test_what_others_do_is_seen_on_every_tab(page: Page, under_way: Execution) -> None:
    for tab in ("execution", "execution_results"):
        page.goto(address(tab, under_way))
        state(page, "Running")
        execution_pause(under_way.pk, user=None)
        state(page, "Paused")
        expect(page.get_by_role("button", name="Resume")).to_be_visible()
        execution_resume(under_way.pk, user=None)
        expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_a_control_does_not_change_under_the_pointer(page: Page, under_way: Execution) -> None:
    page.goto(address("execution", under_way))
    pause = page.get_by_role("button", name="Pause")
    pause.hover()
    execution_pause(under_way.pk, user=None)
    state(page, "Paused")
    expect(pause).to_be_visible()
    page.mouse.move(400, 600)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_what_lies_under_the_pointer_stays_there(page: Page, under_way: Execution) -> None:
    page.set_viewport_size({"width": 1440, "height": 500})
    page.goto(address("execution", under_way))
    row = page.locator("#running-40")
    row.hover()
    box = row.bounding_box()
    execution_pause(under_way.pk, user=None)
    expect(page.locator("#live")).to_contain_text("Paused by")
    after = row.bounding_box()
    assert box
    assert after
    assert abs(after["y"] - box["y"]) < 2


def test_a_refusal_is_said_in_place(page: Page, under_way: Execution, complaints: Complaints) -> None:
    complaints.expect("409")
    page.goto(address("execution", under_way))
    pause = page.get_by_role("button", name="Pause")
    pause.hover()
    execution_stop(under_way.pk, user=None)
    pause.click()
    expect(page.get_by_role("alert")).to_contain_text("is stopped and can't be paused.")
    state(page, "Stopped")


def test_a_wrong_budget_is_said_at_its_field(page: Page, under_way: Execution, complaints: Complaints) -> None:
    complaints.expect("422")
    page.goto(address("execution_settings", under_way))
    page.get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Budget: none").click()
    budget = page.get_by_label("Budget in USD")
    budget.fill("0.00000123")
    page.get_by_role("button", name="Change").click()
    expect(budget).to_have_attribute("aria-invalid", "true")
    budget.fill("25")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    under_way.refresh_from_db()
    assert under_way.budget == 25


def test_one_row_is_cancelled_after_a_question(page: Page, under_way: Execution) -> None:
    page.goto(address("execution", under_way))
    page.get_by_role("button", name="Cancel row 38", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel row 38").click()
    expect(page.locator("#running-38")).to_contain_text("Stopped")
    assert Job.objects.get(execution=under_way, position=38).status == "stopped"


def test_failed_rows_run_again_within_a_completed_execution(page: Page, start: Start, work: Work) -> None:
    execution = start(14)
    work(behaviour=answer)
    page.goto(address("execution", execution))
    state(page, "Completed")
    page.get_by_role("button", name="Retry all 2 failed rows").click()
    state(page, "Running")
    work(behaviour=answer)
    state(page, "Completed")


def test_the_same_is_started_again(page: Page, start: Start, work: Work, member: User) -> None:
    execution = start(6)
    work(behaviour=answer)
    page.goto(address("execution", execution))
    page.get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Start the same again").click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Execution 2")).to_be_visible()
    again = Execution.objects.get(number=2)
    assert (again.total_jobs, again.created_by) == (6, member)


def test_without_scripts_the_controls_are_forms(page: Page, under_way: Execution, complaints: Complaints) -> None:
    complaints.expect("ERR_FAILED")
    page.route("**/*.js", lambda route: route.abort())
    page.goto(address("execution", under_way))
    page.get_by_role("button", name="Pause").click()
    state(page, "Paused")
    expect(page.locator("#toasts")).to_contain_text("Execution 1 is paused.")
    page.get_by_role("button", name="One fewer at the same time").click()
    expect(page.get_by_label("Concurrency")).to_have_value("11")
    page.unroute_all(behavior="ignoreErrors")


def test_an_execution_that_waits_retries_and_is_throttled_looks_right(page: Page, under_way: Execution) -> None:
    Execution.objects.filter(pk=under_way.pk).update(effective_concurrency=6, raised_at=timezone.now())
    Job.objects.filter(execution=under_way, status="retrying").update(
        next_retry_at=timezone.now() + timedelta(seconds=40)
    )
    page.goto(address("execution", under_way))
    assert_looks_right(page, "control-throttled")
    page.get_by_role("button", name="Stop").click()
    assert_looks_right(page, "control-stop")


@pytest.mark.parametrize("code", ["", "AGENT_UNAUTHORIZED", "BUDGET_REACHED"])
def test_a_paused_execution_looks_right(page: Page, under_way: Execution, code: str) -> None:
    reasons = {
        "AGENT_UNAUTHORIZED": "The agent's maker answered 401: the key is not valid.",
        "BUDGET_REACHED": "$8.61 of the budget of $9.00 are spent, and the next attempt may cost $0.50.",
    }
    Execution.objects.filter(pk=under_way.pk).update(budget=Decimal(9), cost=Decimal("8.61"))
    hold(under_way, code, reasons.get(code, ""))
    page.goto(address("execution", under_way))
    state(page, "Paused")
    assert_looks_right(page, f"control-paused-{code.lower() or 'person'}")


def test_an_execution_that_tries_one_row_or_has_failed_looks_right(page: Page, under_way: Execution) -> None:
    hold(under_way, "AGENT_BALANCE", "The agent's maker answered 402: no credit is left.")
    execution_resume(under_way.pk, user=None)
    page.goto(address("execution", under_way))
    expect(page.locator("#live")).to_contain_text("One row is tried first.")
    assert_looks_right(page, "control-probing")
    execution_fail(under_way.pk, code="AGENT_UNAUTHORIZED", reason="No key is set for EVA any more.")
    page.goto(address("execution", under_way))
    expect(page.locator("#live")).to_contain_text("This execution can’t run.")
    assert_looks_right(page, "control-failed")


def test_figures_of_the_first_completion_look_right(page: Page, start: Start, work: Work, take: Take) -> None:
    execution = start(30)
    work(behaviour=answer)
    jobs_requeue(execution.pk, user=None)
    work(2, lambda task, reporter: {"title": "Lamp Solvö 4", "price": "4.50", "currency": "EUR", "in_stock": "yes"})
    page.goto(address("execution", execution))
    expect(page.get_by_role("heading", name="When it first completed")).to_be_visible()
    assert_looks_right(page, "control-refined")
    work(behaviour=answer)
    page.goto(address("execution", execution))
    assert_looks_right(page, "control-completed")
