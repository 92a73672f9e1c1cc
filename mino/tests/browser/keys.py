"""Keys that pages hear."""

from __future__ import annotations

from playwright.sync_api import Page


def press(page: Page, key: str) -> None:
    """Press a key once the scripts of the page that is shown hear it. First expect something of that page."""
    page.wait_for_load_state()
    page.keyboard.press(key)
