"""Every page works as a plain page, and a form is sent once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Organization, User
from mino.tests.browser.conftest import SignIn

PASSWORD = "seven green herrings"


@pytest.mark.django_db(transaction=True)
def test_without_scripts_one_can_sign_in_and_reach_the_navigation_on_a_narrow_screen(
    browser: Browser, live_server: LiveServer
) -> None:
    User.objects.create_user(
        "ines@northlight.example", PASSWORD, name="Ines Marrow", terms_version=1, privacy_version=1
    )
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto("/accounts/login/?next=/profile/")
    page.get_by_label("Email").fill("ines@northlight.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()
    page.locator("summary", has_text="Your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    context.close()


def test_a_form_is_sent_once_however_often_its_button_is_pressed(page: Page, sign_in: SignIn, owner: User) -> None:
    sign_in(owner)
    page.goto("/organizations/new/")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_label("Name", exact=True).fill("Twice Limited")
    page.get_by_role("button", name="Create organization").dblclick()
    expect(page).to_have_url(re.compile(r"/o/twice-limited/$"))
    assert len(sent) == 1
    assert Organization.objects.filter(name="Twice Limited").count() == 1


def test_an_error_of_the_server_stands_at_its_field(page: Page, sign_in: SignIn, owner: User) -> None:
    sign_in(owner)
    page.goto("/organizations/new/")
    page.get_by_label("Name", exact=True).fill("Another Northlight")
    page.get_by_label("Short name").fill("northlight")
    page.get_by_role("button", name="Create organization").click()
    short_name = page.get_by_label("Short name")
    expect(short_name).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_slug_error")).to_be_visible()
    expect(short_name).to_have_value("northlight")
