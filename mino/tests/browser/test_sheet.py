"""The truth as a spreadsheet in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from executions.services.creation import execution_create
from executions.tests.views.conftest import Work, nothing_remembered, work
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.shop_agent import answer, catalogue
from projects.models import Batch, Project

__all__ = ["nothing_remembered", "work"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_both_databases]
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(paste);
}"""


@pytest.fixture
def batch(project: Project, member: User, sign_in: SignIn, work: Work) -> Batch:
    """120 rows with answers of one execution; the member is signed in."""
    sign_in(member)
    made, version = catalogue(project, 120), project.production_version
    assert version
    execution_create(
        batch=made,
        user=member,
        instruction_version=version,
        agent="local",
        max_retries=0,
        sample_method="first",
        sample_size=6,
    )
    work(behaviour=answer)
    return made


def open_sheet(page: Page, batch: Batch) -> None:
    page.goto(reverse("truth_sheet", args=["northlight", batch.pk]))
    page.locator("#sheet[data-ready]").wait_for()


def cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(".tabulator-row").nth(row - 1).locator(f"[tabulator-field=c{column}]")


def test_a_block_is_pasted_undone_redone_and_saved_with_a_reason(page: Page, batch: Batch) -> None:
    open_sheet(page, batch)
    cell(page, 2, 0).click()
    page.evaluate(PASTE, 'Lamp A\t1\tSEK\r\n"Lamp\nB"\tcheap\tSEK\r\n')
    expect(page.locator("[data-count]")).to_have_text("6 cells changed")
    expect(page.locator("[data-doubts]")).to_have_text("1 value is doubtful")
    assert_looks_right(page, "truth-sheet-changed")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-count]")).to_have_text("Nothing is changed")
    page.keyboard.press("Control+y")
    expect(page.locator("[data-count]")).to_have_text("6 cells changed")
    page.get_by_label("Reason").fill("The autumn list")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".mn-toast").first).to_contain_text("6 cells of truth are changed.")
    expect(page.locator("[data-count]")).to_have_text("Nothing is changed")
    page.get_by_role("navigation", name="Parts of the truth").get_by_role("link", name="Changes").click()
    expect(page.get_by_text("The autumn list")).to_have_count(6)
    assert batch.rows.get(position=3).truth["title"] == "Lamp\nB"


def test_a_file_is_looked_at_and_then_sets_the_truth(page: Page, batch: Batch) -> None:
    page.goto(reverse("truth_file", args=["northlight", batch.pk]))
    assert_looks_right(page, "truth-file")
    text = "position,price,currency\n1,77,\n2,cheap,SEK\n900,1,\n"
    page.set_input_files("input[type=file]", {"name": "truth.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Look what it changes").click()
    expect(page.get_by_role("heading", name="3 cells will change")).to_be_visible()
    expect(page.get_by_text("Line 4: No row has the position 900.")).to_be_visible()
    assert_looks_right(page, "truth-file-preview")
    page.get_by_label("Leave out the 1 line").check()
    page.get_by_role("button", name="Set 3 cells").click()
    expect(page.locator(".mn-toast").first).to_contain_text("3 cells of truth are changed.")
    assert batch.rows.get(position=1).truth["price"] == "77"


def test_what_a_colleague_changed_is_shown_with_both_values(page: Page, batch: Batch, complaints: Complaints) -> None:
    complaints.expect("409")
    open_sheet(page, batch)
    cell(page, 2, 1).click()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    row = batch.rows.get(position=2)
    row.truth = {**row.truth, "price": "6"}
    row.save()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 cell was changed by somebody else meanwhile.")).to_be_visible()
    cell(page, 2, 1).click()
    expect(page.locator("[data-cell-theirs]")).to_have_text("6")
    assert_looks_right(page, "truth-sheet-outdated")
    page.get_by_role("button", name="Keep mine").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".mn-toast").first).to_contain_text("1 cell of truth is changed.")
    assert batch.rows.get(position=2).truth["price"] == "5"


def test_another_accepted_value_leaves_escaped_separators_alone_and_comes_once(page: Page, batch: Batch) -> None:
    row = batch.rows.get(position=6)
    row.truth = {**row.truth, "brand": "Ar\\|kö|Arko"}
    row.save()
    open_sheet(page, batch)
    cell(page, 6, 4).click()
    page.get_by_role("button", name="Accept as well").click()
    value = page.locator("[data-cell-value]")
    expect(value).to_have_text("Ar\\|kö|Arko|Arkö")
    page.get_by_role("button", name="Accept as well").click()
    expect(value).to_have_text("Ar\\|kö|Arko|Arkö")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".mn-toast").first).to_contain_text("1 cell of truth is changed.")
    assert batch.rows.get(position=6).truth["brand"] == "Ar\\|kö|Arko|Arkö"


def test_what_is_beyond_the_table_or_beyond_reach_is_not_pasted(
    page: Page, batch: Batch, complaints: Complaints
) -> None:
    complaints.expect("ERR_INTERNET_DISCONNECTED|htmx:")
    open_sheet(page, batch)
    cell(page, 1, 3).click()
    page.context.set_offline(True)
    page.evaluate(PASTE, "x\n" * 100)
    told = page.locator("#sheet-told")
    expect(told).to_contain_text("Nothing was pasted")
    expect(page.locator("[data-count]")).to_have_text("Nothing is changed")
    page.context.set_offline(False)
    page.evaluate(PASTE, "x\ty\tz\n" * 121)
    expect(page.locator("[data-count]")).to_have_text("240 cells changed")
    expect(told).to_contain_text("123 cells lay beyond the edge of the table")


def test_saving_twice_at_once_saves_once(page: Page, batch: Batch) -> None:
    open_sheet(page, batch)
    cell(page, 1, 0).click()
    page.keyboard.type("Twice")
    page.keyboard.press("Enter")
    page.evaluate(
        "() => { const bar = document.getElementById('sheet-bar'); bar.requestSubmit(); bar.requestSubmit(); }"
    )
    expect(page.locator(".mn-toast")).to_have_count(1)
    expect(page.locator("[data-count]")).to_have_text("Nothing is changed")
    expect(page.locator("#sheet-told")).to_be_hidden()


def test_answers_of_a_filter_are_looked_at_and_taken(page: Page, batch: Batch) -> None:
    execution = batch.executions.get()
    page.goto(reverse("execution_take", args=["northlight", execution.pk]) + "?take=price")
    expect(page.get_by_text("2 cells of price will change.")).to_be_visible()
    assert_looks_right(page, "truth-take")
    page.get_by_role("button", name="Take 2 answers").click()
    expect(page.locator(".mn-toast").first).to_contain_text("2 cells of truth are changed.")
    assert batch.rows.get(position=3).truth["price"] == "13.00"
