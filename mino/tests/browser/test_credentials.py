"""The keys of agents, in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import Organization, User
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "sk-tinyfish-0123456789-wxyz"


def test_an_admin_sets_a_key_limits_the_runs_and_removes_the_key(
    page: Page, organization: Organization, admin: User, sign_in: SignIn, settings: Settings
) -> None:
    settings.AGENTQL_API_KEY = "secret"
    sign_in(admin)
    page.goto(reverse("organization", args=[organization.slug]))
    page.get_by_role("link", name="Agents").click()
    eva = page.get_by_role("region", name="EVA")
    expect(eva).to_contain_text("No key.")
    assert_looks_right(page, "agents-without-key")
    eva.get_by_label("Northlight Retail’s own key").fill(KEY)
    eva.get_by_role("button", name="Set the key of EVA").click()
    expect(eva).to_contain_text("ending in wxyz")
    assert KEY not in page.content()
    eva.get_by_label("Runs at once").fill("12")
    eva.get_by_role("button", name="Save the limit of EVA").click()
    expect(page.get_by_text("At most 12 runs of EVA")).to_be_visible()
    assert_looks_right(page, "agents")
    eva.get_by_role("button", name="Remove the key of EVA").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove key").click()
    expect(eva).to_contain_text("No key.")
