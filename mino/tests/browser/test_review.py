"""Review in a real browser: every decision by keys alone, suspects corrected and dismissed by one."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from analytics.models import ReviewDecision, Suspect
from analytics.tests.patterns.making import analysed, play
from analytics.tests.review.conftest import execution as execution
from executions.models import Execution, Screenshot
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.keys import press
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import JOINED, BatchFactory, SessionFactory
from mino.tests.subjects import picture
from projects.models import Batch, Project

pytestmark = pytest.mark.django_db(transaction=True)


def review(execution: Execution) -> str:
    return reverse("execution_review", args=["northlight", execution.pk])


def suspects(execution: Execution) -> str:
    return reverse("project_suspects", args=["northlight", execution.project_id])


def said(page: Page, text: str) -> None:
    expect(page.locator(".mn-toast").filter(has_text=text).first).to_be_visible()


@pytest.fixture
def pictured(execution: Execution) -> Execution:
    """With a picture of the page of row 3."""
    session = SessionFactory(job=execution.jobs.get(position=3))
    Screenshot.objects.create(session=session, image=picture(), thumbnail=picture(), taken_at=JOINED)
    return execution


def test_a_whole_review_by_keys_alone(page: Page, pictured: Execution, member: User, sign_in: SignIn) -> None:
    sign_in(member)
    page.goto(review(pictured))
    assert_looks_right(page, "review-start")
    press(page, "j")
    expect(page.get_by_text("reserved for you until")).to_be_visible()
    expect(page.locator("#review-cell")).to_be_focused()
    expect(page.get_by_text("2 independent results agree")).to_be_visible()
    assert_looks_right(page, "review-cell")
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys of the review")).to_be_visible()
    press(page, "x")  # decides nothing while the dialog is open
    assert_looks_right(page, "review-help")
    press(page, "Escape")
    press(page, "n")
    page.keyboard.type("x marks nothing here")
    press(page, "Enter")
    press(page, "Escape")
    press(page, "a")
    said(page, "Truth was wrong: price of row 3.")
    expect(page.get_by_text("1 of 4 reviewed")).to_be_visible()
    press(page, "u")
    said(page, "Undone: price of row 3.")
    press(page, "x")
    said(page, "Agent is wrong: price of row 3.")
    cell = page.locator("input[name=cell]")
    here = cell.input_value()
    press(page, "j")
    expect(cell).not_to_have_value(here)
    press(page, "k")
    expect(cell).to_have_value(here)
    press(page, "c")
    said(page, "Site has changed")
    press(page, "e")
    page.keyboard.type("Kettle")
    press(page, "Enter")
    said(page, "Truth was edited")
    press(page, "b")
    expect(page.get_by_text("Nothing waits here.")).to_be_visible()
    assert_looks_right(page, "review-done")
    assert {one.decision for one in ReviewDecision.objects.filter(undone_at=None)} == {
        "agent_wrong",
        "site_changed",
        "edited",
        "both",
    }


def test_a_cell_that_a_colleague_holds_says_so(
    page: Page, execution: Execution, member: User, owner: User, sign_in: SignIn
) -> None:
    sign_in(owner)
    page.goto(review(execution))
    press(page, "j")
    expect(page.get_by_text("reserved for you until")).to_be_visible()
    held = page.url
    page.context.clear_cookies()
    sign_in(member)
    page.goto(held)
    expect(page.get_by_text("looks at this cell now").first).to_be_visible()
    assert_looks_right(page, "review-held")


def test_the_errors_of_one_shape_are_reviewed_from_the_page_of_the_batch(
    page: Page, project: Project, member: User, sign_in: SignIn
) -> None:
    batch = BatchFactory(project=project, rows=6)
    execution = analysed(play(batch, [{"price": f"{n}5.00", "title": None} for n in range(1, 6)]))
    Batch.objects.update(truth_row_count=6)
    sign_in(member)
    page.goto(reverse("batch", args=["northlight", batch.pk]))
    page.get_by_role("link", name="Review", exact=True).click()
    shape = page.get_by_label("Shape of the error")
    shape.select_option(label="price: Off by a factor of 10 (5)")
    page.get_by_role("button", name="Filter").click()
    assert_looks_right(page, "review-shape")
    press(page, "j")
    for _ in range(5):
        expect(page.get_by_text("reserved for you until")).to_be_visible()
        expect(page.locator(".mn-tag").filter(has_text="price").first).to_be_visible()
        cell = page.locator("input[name=cell]").input_value()
        press(page, "x")
        expect(page.locator(f"input[name=cell][value='{cell}']")).to_have_count(0)
    expect(page.get_by_text("Nothing waits here.")).to_be_visible()
    assert ReviewDecision.objects.filter(execution=execution, column="price").count() == 5


def test_suspects_are_settled_by_one_key_each(page: Page, execution: Execution, member: User, sign_in: SignIn) -> None:
    sign_in(member)
    page.goto(reverse("project_review", args=["northlight", execution.project_id]))
    assert_looks_right(page, "review-executions")
    page.get_by_role("link", name="Look at them").click()
    expect(page.locator("[data-suspects] > li").first).to_be_focused()
    assert_looks_right(page, "suspects")
    press(page, "x")
    expect(page.get_by_role("heading", name="No suspects")).to_be_visible()
    page.get_by_role("link", name="Dismissed").click()
    page.get_by_role("button", name="Open again").click()
    said(page, "is suspect again")
    page.goto(suspects(execution))
    press(page, "a")
    said(page, "The truth of price is changed.")
    assert Suspect.objects.get().state == "corrected"


def test_review_works_without_scripts(
    context: BrowserContext, live_server: LiveServer, execution: Execution, member: User, sign_in: SignIn
) -> None:
    sign_in(member)
    assert context.browser
    plain = context.browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    try:
        page = plain.new_page()
        page.goto(live_server.url + review(execution))
        page.get_by_role("button", name="Start").click()
        page.get_by_role("button", name="Agent wrong").click()
        expect(page.get_by_text("1 of 4 reviewed")).to_be_visible()
    finally:
        plain.close()
