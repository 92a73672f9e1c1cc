"""Getting the page: over the outbound door, or as a browser shows it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

from w3lib.html import get_meta_refresh

from executions.agents import browser
from executions.agents.base import AgentError, ErrorCode
from executions.agents.errors import from_outbound, from_site_status
from executions.agents.local.decoding import decode
from mino.common.outbound import OutboundError, OutboundPolicy, fetch

READABLE = (
    "text/",
    "application/json",
    "application/xhtml",
    "application/xml",
    "application/ld+json",
    "application/javascript",
)
NAMED = {
    "application/pdf": "a PDF document",
    "application/zip": "an archive",
    "image/": "a picture",
    "video/": "a video",
    "audio/": "a sound",
}
SIGNATURES = {
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "an archive or office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
SMALL_PAGE = 4_096
MOST_REFRESHES = 2
LONGEST_REFRESH = 5.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """The answer of a site: where it came from in the end, what it is, and a picture if a browser took it."""

    url: str
    body: bytes = field(repr=False)
    content_type: str
    screenshot: bytes | None = field(repr=False, default=None)


def load(url: str, *, policy: OutboundPolicy, timeout: float, cancelled: threading.Event) -> Loaded:
    """Fetch a page; a small page that only sends its reader on is followed. Raises `AgentError` or `Cancelled`."""
    address = url
    for _ in range(MOST_REFRESHES + 1):
        try:
            fetched = fetch(address, policy=policy, timeout=timeout, cancelled=cancelled)
        except OutboundError as error:
            raise from_outbound(error) from error
        _check_status(fetched.status, fetched.headers)
        _check_kind(fetched.body, fetched.content_type)
        onward = _refresh(fetched.body, fetched.content_type, fetched.url)
        if onward is None:
            break
        address = onward
    return Loaded(fetched.url, fetched.body, fetched.content_type)


def render(url: str, *, policy: OutboundPolicy, timeout: float, cancelled: threading.Event) -> Loaded:
    """Open a page in the browser. Raises `AgentError`, `Cancelled`, and `BrowserUnavailable` when there is none."""
    try:
        rendered = browser.render(url, policy=policy, timeout=timeout, cancelled=cancelled)
    except OutboundError as error:
        raise from_outbound(error) from error
    _check_status(rendered.status, {})
    body = rendered.html.encode("utf-8", "replace")
    return Loaded(rendered.final_url, body, "text/html; charset=utf-8", rendered.screenshot)


def _check_status(status: int, headers: Mapping[str, str]) -> None:
    error = from_site_status(status, headers.get("retry-after"))
    if error is not None:
        raise error


def _check_kind(body: bytes, content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().casefold()
    found = next((name for start, name in SIGNATURES.items() if body.startswith(start)), None)
    if found is None and kind and not kind.startswith(READABLE) and not kind.endswith(("+json", "+xml")):
        looks_readable = kind == "application/octet-stream" and b"\0" not in body[:4096]
        found = (
            None
            if looks_readable
            else next((name for start, name in NAMED.items() if kind.startswith(start)), f"a file ({kind})")
        )
    if found is not None:
        raise AgentError(
            ErrorCode.INVALID_RESULT,
            f"The address leads to {found}, not to a web page. The local agent reads pages, JSON and plain text only.",
            transient=False,
        )
    if not body.strip():
        raise AgentError(ErrorCode.INVALID_RESULT, "The site answered with an empty page.", transient=False)


def _refresh(body: bytes, content_type: str, url: str) -> str | None:
    """Where a page without content of its own sends its reader."""
    if len(body) > SMALL_PAGE or b"refresh" not in body.lower():
        return None
    text, _ = decode(body, content_type)
    delay, target = get_meta_refresh(text, baseurl=url)
    if delay is None or target is None or delay > LONGEST_REFRESH:
        return None
    onward = urljoin(url, target)
    return onward if onward.startswith(("http://", "https://")) and onward != url else None
