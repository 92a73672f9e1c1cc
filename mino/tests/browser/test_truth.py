"""The ground truth in a real browser: corrected beside an answer, edited by hand, taken back."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from executions.models import Execution
from executions.services.creation import execution_create
from executions.tests.views.conftest import Work, nothing_remembered, work
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.shop_agent import answer, catalogue
from projects.models import Batch, Project

__all__ = ["nothing_remembered", "work"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def execution(project: Project, member: User, sign_in: SignIn, work: Work) -> Execution:
    """The second of two executions of 8 rows; the member who ran them is signed in."""
    sign_in(member)
    batch, version = catalogue(project, 8), project.production_version
    assert version
    for _ in range(2):
        started = execution_create(batch=batch, user=member, instruction_version=version, agent="local", max_retries=0)
        work(behaviour=answer)
    return started


def row_page(batch: Batch, position: int) -> str:
    return reverse("row_truth", args=["northlight", batch.pk, position])


def job_page(execution: Execution, position: int) -> str:
    return reverse("job", args=["northlight", execution.jobs.get(position=position).pk])


def test_an_answer_is_taken_as_truth_in_a_dialog(page: Page, execution: Execution) -> None:
    page.goto(job_page(execution, 3))
    page.get_by_role("button", name="Truth… of price").click()
    expect(page.get_by_role("dialog", name="Truth of price")).to_be_visible()
    assert_looks_right(page, "job-truth-dialog")
    page.get_by_role("dialog").get_by_label("Reason").fill("The shop raised its price")
    page.get_by_role("button", name="Take “13.00”").click()
    expect(page.locator(".mn-toast").first).to_contain_text("2 stored results are scored anew.")
    expect(page.get_by_role("button", name="Truth… of price")).to_have_count(0)
    assert_looks_right(page, "job-truth-taken")
    page.get_by_role("link", name="Edit truth").click()
    expect(page.get_by_text("The shop raised its price")).to_be_visible()


def test_cells_are_edited_and_taken_back(page: Page, execution: Execution) -> None:
    page.goto(row_page(execution.batch, 3))
    assert_looks_right(page, "truth-row")
    page.get_by_label(re.compile("^price")).fill("call us")
    page.get_by_label("Reason").fill("No price since 12 November")
    page.keyboard.press("Enter")
    expect(page.locator(".mn-toast").first).to_contain_text("The truth of price is changed.")
    expect(page.locator(".mn-toast").nth(1)).to_contain_text("can't be read as a number")
    page.get_by_role("button", name="There is none of title").click()
    assert_looks_right(page, "truth-row-changed")
    page.get_by_role("button", name=re.compile("Back to “3.50”")).click()
    expect(page.get_by_label(re.compile("^price"))).to_have_value("3.50")
    page.get_by_role("button", name=re.compile("Take as truth of price")).first.click()
    expect(page.get_by_label(re.compile("^price"))).to_have_value("13.00")
    page.goto(reverse("batch_truth", args=["northlight", execution.batch_id]))
    expect(page.locator(".mn-changes tbody tr")).to_have_count(4)
    assert_looks_right(page, "truth-batch")


def test_what_a_colleague_changed_meanwhile_is_told(page: Page, execution: Execution, complaints: Complaints) -> None:
    complaints.expect("409")
    page.goto(row_page(execution.batch, 2))
    row = execution.batch.rows.get(position=2)
    row.truth = {**row.truth, "price": "77"}
    row.save()
    page.get_by_label(re.compile("^price")).fill("5")
    page.get_by_role("button", name="Save the truth").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed price of row 2 meanwhile")
    expect(page.get_by_label(re.compile("^price"))).to_have_value("5")
    assert_looks_right(page, "truth-row-refused")


def test_an_untouched_batch_has_no_changes(page: Page, execution: Execution) -> None:
    page.goto(reverse("batch_truth", args=["northlight", execution.batch_id]))
    expect(page.get_by_role("heading", name="Nothing was changed")).to_be_visible()
    assert_looks_right(page, "truth-batch-empty")
