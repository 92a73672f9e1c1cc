"""Fixtures of the browser tests: `page` (nobody signed in), `sign_in`, `complaints`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from mino.tests.browser.chromium import chromium
from mino.tests.browser.complaints import Complaints

HERE = Path(__file__).parent
SignIn = Callable[[User], None]
PATIENCE = 20_000  # milliseconds, for what comes in the end also where the machine does other work
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder as browser tests."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of the package."""
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """A browser without cookies, in which relative addresses are those of the running application."""
    opened = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 1440, "height": 900},
        color_scheme="light",
        reduced_motion="reduce",  # or pictures and axe would catch colours half way from one theme to the other
        locale="en-GB",
    )
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:  # still answers the page: not while the database is emptied
            thread.join(10)


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[Complaints]:
    """Fails the test at its end if a page complained and the test had not expected it."""
    heard = Complaints(context)
    yield heard
    assert not heard.unexpected(), "The browser complained:\n" + "\n".join(heard.unexpected())


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Page:
    """An empty page; the content security policy and the console are watched."""
    return context.new_page()


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer) -> SignIn:
    """A function that signs a user in without filling the form."""

    def with_cookie(user: User) -> None:
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return with_cookie
