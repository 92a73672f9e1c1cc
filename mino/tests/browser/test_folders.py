"""Folders, tags and what is done with many rows at once."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Organization, User
from executions.models import Execution
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.northlight import Northlight
from mino.tests.factories import BatchFactory, ExecutionFactory, JobFactory
from projects.models import Batch, Folder
from projects.services.folders import folder_create
from projects.services.tags import batches_tag, tag_create

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def northlight(organization: Organization, member: User, sign_in: SignIn) -> Northlight:
    """The workspace, with a member signed in."""
    sign_in(member)
    return Northlight(organization, member)


def project_page(northlight: Northlight) -> str:
    return reverse("project", args=["northlight", northlight.project.pk])


def test_a_batch_is_put_in_a_nested_folder_tagged_found_and_kept_when_the_folder_goes(
    page: Page, northlight: Northlight
) -> None:
    page.goto(project_page(northlight))
    folders = page.get_by_role("navigation", name="Folders")
    for name in ("Catalogues", "2026"):  # the second is made while the first is shown, and lies in it
        folders.get_by_role("button", name="New folder").click()
        page.get_by_role("dialog").get_by_label("Name").fill(name)
        page.get_by_role("button", name="Make folder").click()
        expect(folders.get_by_role("link", name=name)).to_have_attribute("aria-current", "true")
    folders.get_by_role("link", name="All batches").click()
    page.get_by_role("checkbox", name="Choose Autumn catalogue").check()
    page.get_by_label("Folder", exact=True).select_option("Catalogues / 2026")
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_text("1 batch is moved into “2026”.")).to_be_visible()

    page.get_by_role("link", name="Tags", exact=True).click()
    page.get_by_label("Name of the new tag").fill("Gold truth")
    page.get_by_role("button", name="Make tag").click()
    page.goto(project_page(northlight))
    page.get_by_role("checkbox", name="Choose Autumn catalogue").check()
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.get_by_text("1 batch is tagged “Gold truth”.")).to_be_visible()

    page.get_by_role("link", name="Search").click()
    page.get_by_label("Name, description or tag").fill("gold")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Shop prices, Europe / 2026").click()
    expect(page.locator("tbody tr")).to_contain_text("Autumn catalogue")

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete folder").click()
    expect(page.get_by_text("is deleted. What was in it is still here.")).to_be_visible()
    expect(page.locator("tbody tr")).to_contain_text("Autumn catalogue")
    assert Batch.objects.get(pk=northlight.batch.pk).folder == Folder.objects.get(name="Catalogues")


def test_folders_and_tags_look_right(page: Page, northlight: Northlight) -> None:
    project = northlight.project
    outer = folder_create(project=project, user=None, name="Catalogues")
    inner = folder_create(project=project, user=None, name="2026", parent=outer)
    folder_create(project=project, user=None, name="Outlet and everything that is sold for less than it cost")
    Batch.objects.filter(pk=northlight.batch.pk).update(folder=inner)
    for name, colour in (("Gold truth", "#f2c94c"), ("Baseline", "#0e7490"), ("Cookie wall", "#7c2d12")):
        tag = tag_create(organization=project.organization, user=None, name=name, colour=colour)
        batches_tag(project=project, user=None, batches=[northlight.batch], tag=tag)
    page.goto(project_page(northlight))
    assert_looks_right(page, "project-folders")
    page.goto(f"{project_page(northlight)}?folder={inner.pk}")
    assert_looks_right(page, "project-folder")
    page.goto(reverse("tag_list", args=["northlight"]))
    assert_looks_right(page, "tags")
    page.goto(reverse("batch_search", args=["northlight"]))
    assert_looks_right(page, "search")


def test_what_a_filter_finds_is_run_again_after_its_count_was_said(page: Page, northlight: Northlight) -> None:
    batch = BatchFactory(project=northlight.project, name="Hard sites", rows=6)
    run = ExecutionFactory(
        batch=batch, number=40, status="completed", total_jobs=6, prepared_jobs=6, completed_jobs=4, error_jobs=2
    )
    for row in batch.rows.all():
        failed = {"status": "error", "error_code": "TIMEOUT", "error_message": "Too slow."}
        JobFactory(execution=run, row=row, **(failed if row.position > 4 else {"status": "completed", "result": {}}))
    Organization.objects.filter(pk=batch.organization_id).update(last_execution_number=40)
    page.goto(reverse("batch", args=["northlight", batch.pk]) + "?execution=40&status=error")
    page.get_by_label("All 2 that the filter finds").check()
    page.get_by_text("With the chosen rows").click()
    page.get_by_role("button", name="Run again…").click()
    expect(page.get_by_role("heading", name="Run 2 rows again?")).to_be_visible()
    assert_looks_right(page, "bulk-confirm")
    page.get_by_role("button", name="Run 2 rows").click()
    expect(page.get_by_text("is started: 2 rows.")).to_be_visible()
    assert Execution.objects.filter(batch=batch).exclude(pk=run.pk).get().selection == [5, 6]
