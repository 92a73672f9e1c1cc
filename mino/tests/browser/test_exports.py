"""Exports in a real browser: choosing, waiting, fetching."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import User
from analytics.exporting.background.running import export_run
from analytics.models import Export, ExportStatus
from executions.models import Execution
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import ExecutionFactory, JobFactory
from projects.models import Batch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def execution(batch: Batch, member: User, sign_in: SignIn) -> Execution:
    """An execution of three rows, one of which failed; the member is signed in."""
    sign_in(member)
    codes = {"TIMEOUT": 1, "ACCESS_BLOCKED": 1}
    made: Execution = ExecutionFactory(batch=batch, number=7, total_jobs=3, error_jobs=1, error_counts=codes)
    for row in batch.rows.all():
        failed = row.position == 3
        state = {"status": "error", "error_code": "TIMEOUT"} if failed else {"status": "completed", "result": {}}
        JobFactory(execution=made, row=row, **state)
    return made


def address(name: str, *ids: object) -> str:
    """The address of a page."""
    return reverse(name, args=["northlight", *ids])


def test_a_small_export_is_downloaded_with_what_was_chosen(execution: Execution, page: Page) -> None:
    page.goto(address("execution_export_options", execution.pk))
    assert_looks_right(page, "export-options")
    page.get_by_label("Format").select_option("jsonl")
    page.get_by_role("checkbox", name="Error", exact=True).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "shop-prices-execution-7-chosen.jsonl"
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 1
    assert '"TIMEOUT"' in lines[0]


def test_a_large_export_is_waited_for_and_fetched(execution: Execution, page: Page, settings: Settings) -> None:
    settings.EXPORT_BACKGROUND_ROWS = 2
    page.goto(address("execution_export_options", execution.pk))
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("0 of 3 rows")).to_be_visible()
    Export.objects.update(status=ExportStatus.WRITING, rows_done=2)
    expect(page.get_by_text("2 of 3 rows")).to_be_visible()
    assert_looks_right(page, "export-writing")
    Export.objects.update(status=ExportStatus.QUEUED)
    export_run(Export.objects.get().pk)
    expect(page.get_by_role("heading", name="The file is ready")).to_be_visible()
    assert_looks_right(page, "export-ready")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "shop-prices-execution-7.csv"


def test_the_list_and_an_export_that_failed(execution: Execution, page: Page, settings: Settings) -> None:
    settings.EXPORT_BACKGROUND_ROWS = 2
    for name, subject in (("batch_export_options", execution.batch_id), ("execution_export_options", execution.pk)):
        page.goto(address(name, subject))
        assert_looks_right(page, name.replace("_", "-"))
        choices = page.url
        page.get_by_role("button", name="Export").click()
        expect(page).not_to_have_url(choices)
    newest = Export.objects.filter(kind="results")
    newest.update(status=ExportStatus.FAILED, error="The file could not be written: the server's disk refused it.")
    page.goto(address("export_detail", newest.get().pk))
    assert_looks_right(page, "export-failed")
    page.goto(address("export_list"))
    assert_looks_right(page, "export-list")
    page.get_by_role("link", name="Execution 7").click()
    page.get_by_role("button", name="Make it again").click()
    page.get_by_role("button", name="Cancel export").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel export").click()
    expect(page.get_by_role("heading", name="The export was cancelled")).to_be_visible()
