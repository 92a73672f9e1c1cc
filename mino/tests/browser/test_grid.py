"""The grid of rows in a real browser: scrolling through all of them, filters that are kept, columns, chosen rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from executions.models import Execution, Job
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import JOINED, BatchFactory, ColumnStatisticFactory, ExecutionFactory, JobFactory
from projects.models import Batch, Project, Row

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 500


@pytest.fixture
def execution(project: Project) -> Execution:
    """An execution over 500 rows: every fourth price is wrong, every twentieth row gave no answer."""
    batch = BatchFactory(project=project, name="Spring catalogue", rows=ROWS)
    execution: Execution = ExecutionFactory(
        batch=batch,
        number=7,
        status="completed",
        total_jobs=ROWS,
        prepared_jobs=ROWS,
        completed_jobs=475,
        error_jobs=25,
        passed_jobs=375,
        failed_jobs=100,
    )
    Job.objects.bulk_create(_job(execution, row) for row in batch.rows.all())
    ColumnStatisticFactory(execution=execution, column="title", position=0, correct=475)
    ColumnStatisticFactory(execution=execution, column="price", position=1, correct=375, wrong=100)
    return execution


def _job(execution: Execution, row: Row) -> Job:
    job: Job = JobFactory.build(execution=execution, row=row)
    n = job.position
    if n % 20 == 0:
        job.status, job.error_code, job.error_message = "error", "TIMEOUT", "The site took too long to answer."
        return job
    is_wrong = n % 4 == 0
    job.status, job.evaluation_result, job.accuracy = (
        "completed",
        "fail" if is_wrong else "pass",
        0.5 if is_wrong else 1,
    )
    job.result = {"title": f"Kettle {n}", "price": f"{n}.80" if is_wrong else f"{n}.50"}
    job.outcomes = {"title": "correct", "price": "wrong" if is_wrong else "correct"}
    job.sources = {"title": "the heading of the page", "price": "the element with itemprop=price"}
    job.attempts, job.agent_seconds = 1 + (n % 3 == 0), 12.5
    job.finished_at = JOINED + timedelta(seconds=n)
    return job


def address(batch: Batch, query: str = "") -> str:
    """The page of the batch."""
    return reverse("batch", args=[batch.organization.slug, batch.pk]) + query


AT_REST = """row => new Promise((done) => {
    row.scrollIntoView({ block: "nearest" });
    requestAnimationFrame(() => requestAnimationFrame(done));
})"""
"""Into view, and until the rows that scrolling brings stand in their places: a click meanwhile may hit another one."""


def scroll_until(page: Page, number: int) -> None:
    """Scroll down until the row is in view."""
    holder = page.locator(".tabulator-tableholder")
    row = page.locator(f'.tabulator-row[data-row="{number}"]')
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if row.count():
            row.evaluate(AT_REST)
            return
        holder.evaluate("holder => holder.scrollBy(0, 1500)")
        page.wait_for_timeout(60)
    pytest.fail(f"Row {number} never came.")


def test_one_scrolls_through_all_rows_and_chooses_some(
    page: Page, execution: Execution, member: User, sign_in: SignIn
) -> None:
    sign_in(member)
    page.goto(address(execution.batch))
    expect(page.locator(".tabulator-row").first).to_be_visible()
    assert_looks_right(page, "grid")
    page.get_by_label("Choose row 2", exact=True).check()
    scroll_until(page, ROWS)
    assert page.locator(".tabulator-row").count() < 120, "only what is in view is in the document"
    page.get_by_label(f"Choose row {ROWS}", exact=True).check()
    expect(page.locator("[data-grid-count]")).to_have_text("2 chosen")
    sent = page.evaluate("() => new FormData(document.getElementById('grid-form')).getAll('rows')")
    assert sent == [f"2,{ROWS}"]
    page.get_by_label(f"All {ROWS} rows").check()
    sent = page.evaluate("() => [...new FormData(document.getElementById('grid-form')).keys()]")
    assert not {"row", "rows"} & set(sent)
    assert "everything" in sent


def test_one_goes_to_a_row_and_back_up(page: Page, execution: Execution, member: User, sign_in: SignIn) -> None:
    sign_in(member)
    page.goto(address(execution.batch))
    page.get_by_label("Number of a row").fill("300")
    page.get_by_role("button", name="Go to row").click()
    expect(page.locator('.tabulator-row[data-row="300"]')).to_be_in_viewport()
    holder = page.locator(".tabulator-tableholder")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        holder.evaluate("holder => holder.scrollBy(0, -1500)")
        page.wait_for_timeout(60)
        if page.locator('.tabulator-row[data-row="1"]').count():
            break
    expect(page.locator('.tabulator-row[data-row="1"]')).to_have_count(1)


def test_a_filter_is_kept_and_columns_are_remembered(
    page: Page, execution: Execution, member: User, sign_in: SignIn
) -> None:
    sign_in(member)
    page.goto(address(execution.batch))
    page.get_by_label("Accuracy to, in per cent").fill("60")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator('.tabulator-row[data-row="4"]')).to_be_visible()
    expect(page.locator('.tabulator-row[data-row="5"]')).to_have_count(0)
    page.get_by_text("Saved filters").click()
    page.get_by_role("button", name="Save this filter").click()
    page.get_by_label("Name", exact=True).fill("Half right")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as Half right.")).to_be_visible()
    page.get_by_text("Columns", exact=True).last.click()
    page.get_by_label("title", exact=True).uncheck()
    page.goto(address(execution.batch, "?execution=7"))
    expect(page.locator(".tabulator-row").first).to_be_visible()
    expect(page.locator(".tabulator-col", has_text="title")).to_be_hidden()
    page.get_by_text("Saved filters").click()
    page.get_by_role("link", name="Half right").click()
    expect(page.locator('.tabulator-row[data-row="4"]')).to_be_visible()
    expect(page.locator('.tabulator-row[data-row="5"]')).to_have_count(0)
    assert "accuracy_max=60" in page.url


def test_the_sources_of_a_row_are_shown_on_demand(
    page: Page, execution: Execution, member: User, sign_in: SignIn
) -> None:
    sign_in(member)
    page.goto(reverse("execution_results", args=["northlight", execution.pk]))
    expect(page.locator(".tabulator-row").first).to_be_visible()
    page.get_by_role("link", name="Sources of the values of row 1", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The agent does not say where.")
    assert_looks_right(page, "grid-sources")


def test_without_scripts_the_pages_stay(
    execution: Execution, member: User, client_for: Callable[[User], Client]
) -> None:
    shown = client_for(member).get(address(execution.batch)).text
    assert shown.count("<tr data-row=") == 50
    assert 'rel="next"' in shown
