"""Addresses that agents and files gave: none is trusted to be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True, slots=True)
class Site:
    """An address as pages show it: the host, what follows it, and where a link may lead (empty: nowhere)."""

    host: str
    rest: str
    link: str


@dataclass(frozen=True, slots=True)
class LiveView:
    """A page of the agent's that shows a run: where a link leads, and what may stand in a frame (empty: nothing)."""

    link: str
    frame: str
    expires_at: datetime | None
    is_expired: bool


def split_address(url: str) -> SplitResult | None:
    """The parts of an http or https address, None for anything else."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def site(url: str) -> Site:
    """How an address is shown. Only http and https may be followed; the rest is shown as it is."""
    parts = split_address(url)
    if parts is None:
        return Site(url, "", "")
    host = parts.netloc.rpartition("@")[2].removeprefix("www.")
    rest = parts.path if parts.path != "/" else ""
    return Site(host, f"{rest}?{parts.query}" if parts.query else rest, url.strip())


def may_be_framed(url: str, expires_at: datetime | None, now: datetime, hosts: Sequence[str]) -> bool:
    """Whether a live view may be shown inside a page: https, of a host in `hosts` (as in CSP), and not expired."""
    parts = split_address(url)
    if parts is None or parts.scheme != "https" or parts.port not in (None, 443) or "@" in parts.netloc:
        return False
    if expires_at is not None and expires_at <= now:
        return False
    return any(_matches(parts.hostname or "", pattern) for pattern in hosts)


def live_view(url: str, expires_at: datetime | None, now: datetime, hosts: Sequence[str]) -> LiveView | None:
    """Where a run could be watched, None if the agent gave no web address. What is expired leads nowhere."""
    link = site(url).link
    if not link:
        return None
    if expires_at is not None and expires_at <= now:
        return LiveView("", "", expires_at, is_expired=True)
    framed = may_be_framed(url, expires_at, now, hosts)
    return LiveView(link, link if framed else "", expires_at, is_expired=False)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:].lower()) and host != pattern[1:].lower()
    return host == pattern.lower()
