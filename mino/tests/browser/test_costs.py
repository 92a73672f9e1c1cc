"""What a run will cost, in a real browser: it follows what is chosen, without any price in a script."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import User
from executions.models import Execution
from executions.tests.costs.making import make_ended_rows
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.browser.shop_agent import catalogue
from mino.tests.factories import BatchFactory, ExecutionFactory
from projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(project: Project, member: User, sign_in: SignIn, settings: Settings) -> str:
    """The form over 40 rows of a project in which EVA has run 12 rows; the member is signed in."""
    settings.EVA_API_KEY = settings.AGENTQL_API_KEY = "secret"
    sign_in(member)
    batch = catalogue(project, 40)
    make_ended_rows(BatchFactory(project=project), *[["0.20"], ["0.35", "0.10"], ["0.28"]] * 4)
    return reverse("execution_create", args=[batch.organization.slug, batch.pk])


def test_the_estimate_follows_what_is_chosen(page: Page, address: str) -> None:
    page.goto(address)
    estimate = page.locator("#estimate")
    expect(estimate).to_contain_text("Local charges nothing for 40 rows")
    page.get_by_label("EVA").check()
    expect(estimate).to_contain_text("from 16 earlier attempts at 12 rows")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("The first rows").check()
    page.get_by_label("How many rows").fill("7")
    expect(estimate).to_contain_text("for 7 rows")
    assert asked
    assert not any("csrf" in url for url in asked)
    page.get_by_label("Budget in USD").fill("0.5")
    expect(estimate).to_contain_text("The budget is below")
    assert_looks_right(page, "run-history")
    page.get_by_label("AgentQL").check()
    expect(estimate).to_contain_text("no price is set for AgentQL")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("No price is set for AgentQL, so that a budget")).to_be_visible()
    assert_looks_right(page, "run-unpriced")


def test_chosen_rows_of_an_address_look_right_and_are_run(page: Page, address: str) -> None:
    page.goto(f"{address}?rows=3,17,19&agent=eva&timeout=300&eva-max_steps=10")
    expect(page.get_by_label("3 chosen rows: 3, 17, 19")).to_be_checked()
    expect(page.locator("#estimate")).to_contain_text("for 3 rows")
    assert_looks_right(page, "run-chosen-rows")
    page.get_by_label("All rows").check()
    expect(page.locator("#estimate")).to_contain_text("for 40 rows")
    page.get_by_label("3 chosen rows").check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Execution")
    assert Execution.objects.latest("created_at").selection == [3, 17, 19]


def test_the_cost_of_an_execution_looks_right(page: Page, project: Project, member: User, sign_in: SignIn) -> None:
    sign_in(member)
    counts = {"total_jobs": 500, "completed_jobs": 210, "error_jobs": 12, "queued_jobs": 278, "passed_jobs": 150}
    money = {"cost": Decimal("8.6"), "retry_cost": Decimal("1.2"), "budget": Decimal(15), "unpriced_attempts": 2}
    estimated = {"estimated_cost_low": Decimal("12.4"), "estimated_cost_high": Decimal("18.9")}
    execution = ExecutionFactory(
        batch=catalogue(project, 3), agent="eva", status="paused", **counts, **money, **estimated
    )
    page.goto(reverse("execution_settings", args=[execution.organization.slug, execution.pk]))
    expect(page.get_by_role("heading", name="Cost")).to_be_visible()
    assert_looks_right(page, "execution-cost")
    page.goto(reverse("execution", args=[execution.organization.slug, execution.pk]))
    expect(page.get_by_text("$19.37 expected, $15.00 at most")).to_be_visible()
    assert_looks_right(page, "execution-cost-live")
