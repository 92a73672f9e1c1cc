"""Analytics in a real browser: charts are drawn under the content policy, in both themes, and lead to the rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from analytics.rollups.computing import roll_up_compute
from analytics.rollups.wanting import roll_up_want
from analytics.tests.comparison.making import make_run
from executions.models import Execution
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Batch, Project

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = (
    ["gw"] * 17 + ["gg"] * 20 + ["error", "ww", "gg"],
    ["gw"] * 15 + ["gg"] * 21 + ["error", "ww", "gm", "error"],
    ["gg"] * 12 + ["gm"] * 3 + ["gg"] * 21 + ["gw", "wg", "gg", "error"],
    ["gg"] * 14 + ["gm"] * 1 + ["gg"] * 21 + ["gw", "wg", "error", "gg"],
)


@pytest.fixture
def batch(project: Project) -> Batch:
    """A batch of forty rows that ran four times, the last two times under a second version."""
    batch: Batch = BatchFactory(project=project, name="Autumn catalogue", rows=40)
    version = VersionFactory(project=project)
    for at, words in enumerate(WORDS):
        newer = {"instruction_version": version} if at > 1 else {}
        execution = make_run(batch, words, cost=Decimal("1.25") + at, **newer)
        Execution.objects.filter(pk=execution.pk).update(
            created_at=timezone.now() - timedelta(days=8 - 2 * at),
            finished_at=timezone.now(),
            error_counts={"TIMEOUT": words.count("error")},
        )
        roll_up_want(execution.pk)
        roll_up_compute(execution.pk)
    return batch


def test_the_analytics_of_a_batch_lead_to_its_rows(page: Page, batch: Batch, viewer: User, sign_in: SignIn) -> None:
    sign_in(viewer)
    page.goto(reverse("batch_analytics", args=[batch.organization.slug, batch.pk]))
    expect(page.get_by_role("link", name="Analytics")).to_have_attribute("aria-current", "page")
    expect(page.locator("[data-chart][data-drawn] canvas")).to_have_count(11)
    assert_looks_right(page, "analytics-batch")
    columns = page.get_by_role("region", name="Outcomes of rows")
    page.locator("section", has=page.get_by_role("heading", name="Outcomes of rows")).get_by_text("Table").click()
    expect(columns.get_by_role("row")).to_have_count(5)
    columns.get_by_role("row", name="Execution 4").get_by_role("link", name="3", exact=True).first.click()
    page.wait_for_url("**execution=4**")
    assert "evaluation_result=fail" in page.url


def test_a_click_on_a_chart_leads_to_its_rows(page: Page, batch: Batch, viewer: User, sign_in: SignIn) -> None:
    sign_in(viewer)
    page.goto(reverse("batch_analytics", args=[batch.organization.slug, batch.pk]))
    chart = page.locator('[data-chart="errors-data"]')
    expect(chart.locator("canvas")).to_be_visible()
    box = chart.bounding_box()
    assert box
    chart.click(position={"x": box["width"] / 2, "y": box["height"] / 2 - 14})
    page.wait_for_url("**error_code=TIMEOUT**")


def test_the_analytics_of_an_execution_and_the_flaky_rows(
    page: Page, batch: Batch, viewer: User, sign_in: SignIn
) -> None:
    sign_in(viewer)
    execution = batch.executions.order_by("-number").first()
    assert execution
    page.goto(reverse("execution_analytics", args=[batch.organization.slug, execution.pk]))
    expect(page.locator("[data-chart][data-drawn] canvas")).to_have_count(7)
    assert_looks_right(page, "analytics-execution")
    page.get_by_role("link", name="All executions of Autumn catalogue").click()
    page.get_by_role("link", name="flaky rows").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Flaky rows")
    assert_looks_right(page, "analytics-flaky")


def test_the_home_page_shows_how_it_went(page: Page, batch: Batch, viewer: User, sign_in: SignIn) -> None:
    sign_in(viewer)
    page.goto(reverse("organization_home", args=[batch.organization.slug]))
    expect(page.get_by_role("heading", name="Accuracy by execution")).to_be_visible()
    expect(page.locator("[data-chart][data-drawn] canvas")).to_have_count(1)
    assert_looks_right(page, "home-trend")
