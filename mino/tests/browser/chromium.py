"""Finds and starts the Chromium of the machine for tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    # Pages of MINO load nothing from elsewhere; if one tried, its test must fail instead of reaching out.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def find_chromium() -> str:
    """The path of a Chromium. Without one the tests are skipped, or fail where CI=true promises that all run."""
    path = settings.MINO_CHROMIUM or next(filter(None, map(shutil.which, NAMES)), "")
    if path:
        return path
    sentence = "No Chromium was found on PATH (apt-get install chromium, or set MINO_CHROMIUM), so no page was tested."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium.

    Playwright's synchronous interface keeps an event loop running in this thread, which makes Django take every query
    of the test for one from a coroutine. None is: the loop only moves while Playwright is called.
    """
    path = find_chromium()
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
