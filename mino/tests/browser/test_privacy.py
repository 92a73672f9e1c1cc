"""One's own data, and how long an organization keeps things, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import LegalText, Organization, PersonExport, User
from accounts.privacy.exporting import person_export_run
from accounts.privacy.texts import versions
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def test_somebody_takes_a_copy_and_leaves_and_stays_after_all(
    page: Page, organization: Organization, owner: User, member: User, sign_in: SignIn
) -> None:
    sign_in(member)
    page.goto("/profile/privacy/")
    page.get_by_role("button", name="Order a copy").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    assert_looks_right(page, "privacy-being-made")
    person_export_run(PersonExport.objects.get().pk)
    download = page.get_by_role("link", name="Download")
    expect(download).to_be_visible()
    with page.expect_download() as found:
        download.click()
    assert found.value.suggested_filename.endswith(".zip")
    assert_looks_right(page, "privacy-ready")

    page.get_by_role("link", name="Erase my account").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    assert_looks_right(page, "privacy-erase")
    page.get_by_label("Type your e-mail address").fill(member.email)
    page.get_by_role("button", name="Erase my account").click()
    expect(page.get_by_text("sign in to take that back")).to_be_visible()
    sign_in(member)
    page.goto(f"/o/{organization.slug}/")
    expect(page.get_by_role("heading", name="Your account is going to be erased")).to_be_visible()
    assert_looks_right(page, "privacy-going")
    page.get_by_role("button", name="Keep my account").click()
    expect(page.get_by_text("Your account stays.")).to_be_visible()

    sign_in(owner)
    page.goto("/profile/privacy/erasure/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="who owns your organizations")).to_be_visible()
    assert_looks_right(page, "privacy-owner")
    page.goto(f"/o/{organization.slug}/settings/privacy/")
    assert_looks_right(page, "privacy-organization")


def test_terms_are_agreed_to_and_read(page: Page, organization: Organization, member: User, sign_in: SignIn) -> None:
    versions.forget()  # this test asks the database: all texts are new to the member
    for kind, text in (("terms", "# Be kind\n\nTo everybody."), ("privacy", "# What is kept\n\nLittle.")):
        LegalText.objects.update_or_create(kind=kind, version=2, defaults={"text": text, "change": "Shorter"})
    sign_in(member)
    page.goto("/o/northlight/")
    page.get_by_text("Terms of use, version 2").click()
    expect(page.get_by_role("heading", name="Be kind")).to_be_visible()
    assert_looks_right(page, "consent")
    page.get_by_label("I have read this and agree").check()
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile("/o/northlight/$"))
    page.goto("/legal/privacy/")
    assert_looks_right(page, "legal-text")
    page.goto("/legal/cookies/")
    assert_looks_right(page, "legal-cookies")
