"""Addresses from agents and files: which may be followed, which may be framed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from executions.addresses import LiveView, live_view, may_be_framed
from executions.addresses import site as parts_of
from executions.templatetags.executions_ui import site

NOW = datetime(2026, 11, 12, tzinfo=UTC)
HOSTS = ["*.tinyfish.ai", "live.example"]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "ftp://host/x", "//host", "http://", "http://[", "http://h:99999/", ""],
)
def test_what_is_no_web_address_is_never_a_link(url: str) -> None:
    assert parts_of(url).link == ""


def test_host_and_path_are_told_apart_and_credentials_left_out() -> None:
    shown = parts_of("https://user:secret@www.shop.example/p/1?x=2")
    assert (shown.host, shown.rest) == ("shop.example", "/p/1?x=2")


def test_markup_in_an_address_is_text() -> None:
    assert "<script>" not in site("https://shop.example/<script>alert(1)</script>")


@pytest.mark.parametrize("url", ["https://a.tinyfish.ai/view", "https://b.a.tinyfish.ai", "https://live.example/1"])
def test_the_live_view_of_a_listed_host_may_be_framed(url: str) -> None:
    assert may_be_framed(url, NOW + timedelta(hours=1), NOW, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.tinyfish.ai/",
        "https://tinyfish.ai/",
        "https://eviltinyfish.ai/",
        "https://a.tinyfish.ai.evil.example/",
        "https://a.tinyfish.ai@evil.example/",
        "https://a.tinyfish.ai:8443/",
        "javascript:alert(1)//a.tinyfish.ai",
    ],
)
def test_anything_else_may_not(url: str) -> None:
    assert not may_be_framed(url, None, NOW, HOSTS)


def test_an_expired_live_view_may_not() -> None:
    assert not may_be_framed("https://a.tinyfish.ai/", NOW, NOW, HOSTS)


def test_a_live_view_leads_nowhere_once_it_has_expired() -> None:
    url, later = "https://a.tinyfish.ai/", NOW + timedelta(hours=24)
    assert live_view(url, later, NOW, HOSTS) == LiveView(url, url, later, is_expired=False)
    assert live_view(url, later, later, HOSTS) == LiveView("", "", later, is_expired=True)
    assert live_view("https://other.example/", None, NOW, HOSTS) == LiveView("https://other.example/", "", None, False)
    assert live_view("", None, NOW, HOSTS) is None
