"""What the browser tests look at pages with."""

from __future__ import annotations

from playwright.sync_api import Page

from mino.tests.browser.looks import assert_looks_right

FADING = """<!doctype html>
<html lang="en">
<head>
<title>A page whose colours fade</title>
<style>
body { background: white; }
a { color: #205067; transition: color 1s; }
@media (prefers-color-scheme: dark) { body { background: black; } a { color: #d9edf7; } }
</style>
</head>
<body><main><h1><a href="/">Home</a></h1></main></body>
</html>"""


def test_colours_are_looked_at_when_they_have_faded(page: Page) -> None:
    page.set_content(FADING)
    assert_looks_right(page, "fading")
