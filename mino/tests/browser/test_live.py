"""The manners of live parts: they keep what somebody does, end by themselves, and say when they are cut off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts.models import User
from mino.tests.browser import live_site
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_accessible


@pytest.fixture
def live(page: Page, sign_in: SignIn, owner: User, settings: Settings) -> Page:
    """The page with the live part, which counts its answers."""
    settings.ROOT_URLCONF = "mino.tests.browser.live_site"
    live_site.site = live_site.Site()
    sign_in(owner)
    page.goto("/live/")
    return page


def shown(page: Page) -> int:
    return int(page.locator("#count").inner_text())


def wait_for_another(page: Page) -> None:
    expect(page.locator("#count")).not_to_have_text(str(shown(page)))


def test_what_is_being_typed_and_the_focus_stay(live: Page) -> None:
    note = live.get_by_label("Note")
    note.fill("look at this later")
    wait_for_another(live)
    expect(note).to_have_value("look at this later")
    expect(note).to_be_focused()


def test_what_is_ticked_and_opened_stays(live: Page) -> None:
    live.get_by_label("Seen").check()
    live.get_by_text("More").click()
    wait_for_another(live)
    expect(live.get_by_label("Seen")).to_be_checked()
    expect(live.get_by_text("Counting goes on.")).to_be_visible()


def test_it_ends_when_the_state_is_final_and_says_so_once(live: Page) -> None:
    live_site.site.last = live_site.site.count + 2
    expect(live.get_by_role("status")).to_contain_text("All is counted.")
    for _ in range(20):  # one that was asked for meanwhile may still come
        asked = live_site.site.count
        live.wait_for_timeout(700)
        if live_site.site.count == asked:
            break
    else:
        pytest.fail("It goes on asking.")
    expect(live.locator(".mn-toast")).to_have_count(1)


def test_nothing_moves_while_text_is_selected(live: Page) -> None:
    live.locator("#count").select_text()
    before = live_site.site.count
    while live_site.site.count < before + 3:
        live.wait_for_timeout(100)
    assert shown(live) <= before + 1
    live.evaluate("() => getSelection().removeAllRanges()")
    expect(live.locator("#count")).to_have_text(re.compile(rf"^(?!{before}$|{before + 1}$)\d+$"))


def test_after_three_failures_it_says_so_and_reconnects(live: Page, complaints: Complaints) -> None:
    complaints.expect("503")
    live_site.site.broken = True
    notice = live.get_by_role("alert")
    expect(notice).to_contain_text("Live updates have stopped.")
    assert_accessible(live)
    live_site.site.broken = False
    live.get_by_role("button", name="Reconnect").click()
    wait_for_another(live)
    expect(notice).to_be_hidden()
