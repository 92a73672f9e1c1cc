"""Home, projects and batches in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Organization, User
from analytics.grid import scanning
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.northlight import Northlight
from projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def northlight(organization: Organization, admin: User, sign_in: SignIn) -> Northlight:
    """The workspace, with an admin signed in."""
    sign_in(admin)
    return Northlight(organization, admin)


def test_the_pages_of_a_used_workspace_look_right(page: Page, northlight: Northlight) -> None:
    project: dict[str, object] = {"project_id": northlight.project.pk}
    batch: dict[str, object] = {"batch_id": northlight.batch.pk}
    looked_at: list[tuple[str, dict[str, object], str]] = [
        ("organization_home", {}, ""),
        ("project_list", {}, ""),
        ("project", project, ""),
        ("project_instructions", project, ""),
        ("project_executions", project, ""),
        ("project_edit", project, ""),
        ("project_delete", project, ""),
        ("version_create", project, ""),
        ("version", {**project, "number": 2}, ""),
        ("execution_list", {}, ""),
        ("batch", batch, ""),
        ("batch_executions", batch, ""),
        ("batch_columns", batch, ""),
        ("matching_playground", batch, "?column=price"),
        ("batch_edit", batch, ""),
        ("batch_delete", batch, ""),
    ]
    for name, parameters, query in looked_at:
        page.goto(reverse(name, kwargs={"slug": "northlight", **parameters}) + query)
        assert_looks_right(page, name.replace("_", "-"))


def test_an_empty_workspace_leads_to_the_first_batch(
    page: Page, organization: Organization, member: User, sign_in: SignIn
) -> None:
    sign_in(member)
    page.goto(reverse("organization_home", kwargs={"slug": organization.slug}))
    assert_looks_right(page, "home-empty")
    page.get_by_role("link", name="New project").click()
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_label("Name")).to_be_focused()  # the browser refuses the empty form
    page.get_by_label("Name").fill("Shop prices")
    page.get_by_label("Instructions").fill("Too short")
    page.get_by_role("button", name="Create project").click()
    assert not Project.objects.exists()
    page.get_by_label("Instructions").fill("Return the price and the currency.")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shop prices")
    assert_looks_right(page, "project-empty")
    expect(page.get_by_role("link", name="New batch")).to_be_visible()


def test_a_new_version_shows_what_changed_and_goes_into_production(page: Page, northlight: Northlight) -> None:
    page.goto(reverse("project", kwargs={"slug": "northlight", "project_id": northlight.project.pk}))
    page.get_by_role("link", name="New version").click()
    page.get_by_label("Instructions").fill("Return the price without tax.")
    page.get_by_label("What changed").fill("Without tax")
    page.get_by_role("button", name="Save as version 3").click()
    expect(page.get_by_role("heading", name="Version 2 → 3")).to_be_visible()
    page.get_by_role("button", name="Use for production").click()
    expect(page.get_by_text("Production executions use version 3")).to_be_visible()


def test_the_rows_are_filtered_by_a_click_and_the_way_back_works(page: Page, northlight: Northlight) -> None:
    page.goto(reverse("batch", kwargs={"slug": "northlight", "batch_id": northlight.batch.pk}))
    rows = page.locator(".tabulator-row")
    expect(rows).to_have_count(8)
    page.get_by_role("link", name="Rows without an answer").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("TIMEOUT")
    page.get_by_role("link", name="remove this filter").click()
    expect(rows).to_have_count(8)
    page.go_back()
    expect(rows).to_have_count(1)


def test_a_search_goes_on_until_it_finds_something(
    page: Page, northlight: Northlight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "MOST_READ", 1)  # the server of the test runs in this process
    page.goto(reverse("batch", kwargs={"slug": "northlight", "batch_id": northlight.batch.pk}))
    page.get_by_label("Text in the address").fill("CASAVERDE")
    page.get_by_role("button", name="Filter").click()
    rows = page.locator(".tabulator-row")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("casaverde.example")
    expect(page.locator("#rows")).not_to_have_attribute("aria-busy", "true")


def test_a_batch_is_deleted_only_when_its_name_is_typed(page: Page, northlight: Northlight) -> None:
    page.goto(reverse("batch_edit", kwargs={"slug": "northlight", "batch_id": northlight.batch.pk}))
    page.get_by_role("link", name="Delete batch…").click()
    expect(page.get_by_text("2 executions with the results of 960 jobs")).to_be_visible()
    page.get_by_label("Type the name to confirm").fill("Autumn")
    page.get_by_role("button", name="Delete batch").click()
    expect(page.get_by_text("This is not the name.")).to_be_visible()
    page.get_by_label("Type the name to confirm").fill("Autumn catalogue")
    page.get_by_role("button", name="Delete batch").click()
    expect(page.get_by_text("Autumn catalogue is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Autumn catalogue")).to_have_count(0)
