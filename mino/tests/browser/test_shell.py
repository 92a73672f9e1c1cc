"""What stands around every page for people who are signed in."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import Organization, User
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_accessible, assert_looks_right


@pytest.fixture
def profile(page: Page, sign_in: SignIn, owner: User) -> Page:
    """The profile of an owner of Northlight."""
    sign_in(owner)
    page.goto("/profile/")
    return page


def expect_theme(page: Page, theme: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def open_account_menu(page: Page) -> None:
    page.locator("summary", has_text="Your account").click()


def test_the_theme_follows_the_system_until_one_is_chosen(profile: Page) -> None:
    profile.emulate_media(color_scheme="dark")
    expect_theme(profile, "dark")
    open_account_menu(profile)
    profile.get_by_role("button", name="Light").click()
    expect_theme(profile, "light")
    profile.reload()
    expect_theme(profile, "light")


def test_the_chosen_theme_is_pressed_and_accessible(profile: Page) -> None:
    open_account_menu(profile)
    profile.get_by_role("button", name="Dark").click()
    expect(profile.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert_accessible(profile)


def test_a_menu_is_used_by_the_keyboard_and_closed_by_escape(profile: Page) -> None:
    summary = profile.locator("summary", has_text="Your account")
    summary.focus()
    profile.keyboard.press("ArrowDown")
    expect(profile.get_by_role("button", name="System")).to_be_focused()
    profile.keyboard.press("ArrowUp")
    expect(profile.get_by_role("button", name="Sign out")).to_be_focused()
    profile.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(profile.get_by_role("button", name="Sign out")).to_be_hidden()


def test_a_click_elsewhere_closes_a_menu(profile: Page) -> None:
    open_account_menu(profile)
    profile.get_by_role("heading", name="Profile").click()
    expect(profile.get_by_role("button", name="Sign out")).to_be_hidden()


def test_on_a_narrow_screen_the_navigation_opens_by_its_button(profile: Page) -> None:
    profile.set_viewport_size({"width": 390, "height": 844})
    account = profile.locator("summary", has_text="Your account")
    expect(account).to_be_hidden()
    profile.get_by_role("button", name="Menu").click()
    expect(account).to_be_visible()
    assert_accessible(profile)


def test_the_first_tab_leads_past_the_navigation(profile: Page) -> None:
    profile.keyboard.press("Tab")
    expect(profile.get_by_role("link", name="Skip to content")).to_be_focused()
    profile.keyboard.press("Enter")
    expect(profile.locator("#main")).to_be_focused()


def test_a_picture_replaces_the_initials(profile: Page, owner: User) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    profile.get_by_label("Avatar").set_input_files(
        {"name": "me.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    profile.get_by_role("button", name="Save the profile").click()
    expect(profile.get_by_role("status")).to_contain_text("Your profile is saved.")
    expect(profile.locator("img.mn-av")).to_have_js_property("naturalWidth", 64)
    assert_looks_right(profile, "profile")


def test_a_message_can_be_closed(profile: Page) -> None:
    profile.get_by_role("button", name="Save the profile").click()
    close = profile.get_by_role("button", name="Close this message")
    expect(close).to_be_visible()
    profile.wait_for_load_state()
    close.click()
    expect(profile.get_by_role("status")).to_be_empty()


def test_the_browser_tells_its_time_zone(profile: Page) -> None:
    cookies = {cookie["name"]: cookie["value"] for cookie in profile.context.cookies()}
    assert cookies["time_zone"] == profile.evaluate("() => Intl.DateTimeFormat().resolvedOptions().timeZone")


def test_the_people_of_an_organization_look_right(
    page: Page, sign_in: SignIn, organization: Organization, owner: User, member: User, viewer: User
) -> None:
    sign_in(viewer)
    page.goto(f"/o/{organization.slug}/settings/people/")
    expect(page.get_by_role("row")).to_have_count(4)
    assert_looks_right(page, "people")


def test_the_password_page_looks_right(profile: Page) -> None:
    open_account_menu(profile)
    profile.get_by_role("link", name="Password").click()
    expect(profile.get_by_role("heading", name="Change your password")).to_be_visible()
    assert_looks_right(profile, "password-change")
