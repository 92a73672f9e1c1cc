"""The pages before one is signed in, and the way through them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Organization, User
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right

PASSWORD = "seven green herrings"


@pytest.fixture
def ines() -> User:
    return User.objects.create_user(
        "ines@northlight.example", PASSWORD, name="Ines Marrow", terms_version=1, privacy_version=1
    )


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", "landing"),
        ("/accounts/login/", "sign-in"),
        ("/accounts/signup/", "sign-up"),
        ("/accounts/password/reset/", "password-reset"),
        ("/accounts/password/reset/done/", "password-reset-done"),
    ],
)
def test_pages_for_the_anonymous_look_right(page: Page, address: str, name: str) -> None:
    page.goto(address)
    assert_looks_right(page, name)


def test_somebody_signs_up_and_lands_where_an_organization_is_made(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill("Ines Marrow")
    page.get_by_label("Email").fill("ines@northlight.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("I agree to the terms").check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Create your organization")).to_be_visible()
    assert_looks_right(page, "organization-create")
    page.get_by_label("Name", exact=True).fill("Northlight Retail")
    page.get_by_role("button", name="Create organization").click()
    expect(page).to_have_url(re.compile(r"/o/northlight-retail/$"))
    assert Organization.objects.get().memberships.get().user.email == "ines@northlight.example"


def test_a_wrong_password_is_said_in_words(page: Page, ines: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(ines.email)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("password")
    assert_looks_right(page, "sign-in-wrong")


def test_an_empty_field_is_told_at_the_field_before_anything_is_sent(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in").click()
    address = page.get_by_label("Email")
    expect(address).to_be_focused()
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_login_error")).to_be_visible()
    assert_looks_right(page, "sign-in-empty")
    address.fill("ines@northlight.example")
    expect(page.locator("#id_login_error")).to_have_count(0)


def test_a_password_can_be_shown(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Show the password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")


def test_the_way_in_and_out(page: Page, ines: User) -> None:
    page.goto("/profile/")
    page.get_by_label("Email").fill(ines.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()
    page.get_by_text("Ines Marrow").first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_page_that_is_not_there_says_so(page: Page, complaints: Complaints) -> None:
    complaints.expect("404")
    page.goto("/nowhere/")
    expect(page.get_by_role("heading", name="This page does not exist here")).to_be_visible()
    assert_looks_right(page, "error-404")


def test_the_profile_looks_right(page: Page, sign_in: SignIn, ines: User) -> None:
    sign_in(ines)
    page.goto("/profile/")
    assert_looks_right(page, "profile")
