"""API keys and the API's documentation, in a real browser."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Organization, User
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_fits, assert_looks_right, looks
from projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_owner_creates_copies_rotates_and_revokes_a_key(
    page: Page, organization: Organization, project: Project, owner: User, sign_in: SignIn
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(owner)
    page.goto(reverse("organization", args=[organization.slug]))
    page.get_by_role("link", name="API keys").click()
    assert_looks_right(page, "api-keys-none")
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").fill("Price feed")
    page.get_by_label("Read projects and instructions").check()
    page.get_by_label("Start executions and control them").check()
    assert_looks_right(page, "api-key-new")
    page.get_by_role("button", name="Create key").click()
    text = page.get_by_label("Key", exact=True).input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The key is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    assert_looks_right(page, "api-key-shown")
    page.get_by_role("link", name="I have copied it").click()
    assert text not in page.content()
    page.get_by_role("button", name="Rotate").click()
    page.get_by_role("dialog").get_by_role("button", name="Rotate key").click()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_text("2 scopes, all projects").first.click()
    assert_looks_right(page, "api-keys")
    page.get_by_role("button", name="Revoke").last.click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke key").click()
    expect(page.get_by_text("it opens nothing any more")).to_be_visible()


def test_the_documentation_opens_under_the_strict_policy(page: Page) -> None:
    page.goto(reverse("api_documentation"))
    expect(page.get_by_role("heading", name=re.compile("^Projects"))).to_be_visible()
    expect(page.get_by_role("link", name="Errors explained")).to_be_visible()
    assert_looks_right(page, "api-reference")
    page.get_by_role("heading", name=re.compile("^Projects")).click()
    page.get_by_text("List projects").click()
    expect(page.get_by_text("read:projects").first).to_be_visible()
    for _ in looks(page, "api-reference-operation"):
        assert_fits(page)  # and not axe: what stands inside is Swagger UI's own
