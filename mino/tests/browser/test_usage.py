"""Usage and plan, in a real browser."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Organization, Plan, UsageMonth, User
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_owner_sees_the_usage_and_asks_for_another_plan(
    page: Page, organization: Organization, owner: User, sign_in: SignIn
) -> None:
    this = datetime.now(UTC).date().replace(day=1)
    Organization.objects.update(plan=Plan.FREE, project_count=3, execution_count=84, execution_month=this)
    for back in range(8):
        year, month = divmod(this.year * 12 + this.month - 1 - back, 12)
        used = 84 - 9 * back
        UsageMonth.objects.create(
            organization=organization,
            month=date(year, month + 1, 1),
            projects=3,
            executions=used,
            rows=used * 40,
            requests=used * 311,
            costs={"USD": str(used * 0.37)},
        )
    sign_in(owner)
    page.goto(reverse("organization", args=[organization.slug]))
    page.get_by_role("link", name="Usage and plan").click()
    expect(page.get_by_text("Nearly used up")).to_be_visible()
    expect(page.get_by_text("Used up", exact=True)).to_be_visible()
    page.get_by_role("link", name="Rows run").click()
    expect(page.get_by_role("img", name="Rows run by month")).to_be_visible()
    page.get_by_label("Pro").check()
    page.get_by_label("What you need it for").fill("Twenty shops to come.")
    assert_looks_right(page, "usage")
    page.get_by_role("button", name="Ask for this plan").click()
    expect(page.get_by_text("The Pro plan was asked for")).to_be_visible()
    assert_looks_right(page, "usage-asked")
    page.goto(reverse("project_create", args=[organization.slug]))
    expect(page.get_by_role("note")).to_contain_text("has 3 projects, and its plan allows 3")
    assert_looks_right(page, "quota-notice")
