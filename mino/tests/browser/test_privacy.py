"""One's own data, and how long an organization keeps things, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Organization, PersonExport, User
from accounts.privacy.exporting import person_export_run
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
