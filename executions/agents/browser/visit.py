"""One visit to one page: what happens between opening a fresh browser context and closing it."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, Page, Request, Response
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from mino.common.outbound import (
    BadAnswer,
    ConnectError,
    ForwardProxy,
    OutboundError,
    OutboundRefused,
    OutboundTimeout,
    TooLarge,
)
from mino.common.outbound.urls import Target, parse_target

_QUIET_SECONDS = 2.0
_PICTURE_SECONDS = 5.0
_LOADING_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page after its scripts have run. `screenshot` is a PNG of the viewport, None when none could be taken."""

    html: str = field(repr=False)
    final_url: str
    status: int
    screenshot: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Visit:
    """What to visit, through which proxy, within how many seconds."""

    target: Target
    proxy: ForwardProxy
    timeout: float
    viewport: tuple[int, int]

    async def open(self, browser: Browser) -> BrowserContext:
        """A browser context with nothing in it, behind the visit's proxy. The caller closes it."""
        width, height = self.viewport
        return await browser.new_context(
            proxy={
                "server": self.proxy.address,
                "bypass": "<-loopback>",
                "username": self.proxy.username,
                "password": self.proxy.password,
            },
            viewport={"width": width, "height": height},
            user_agent=_user_agent(browser.version),
            locale="en-US",
            service_workers="block",
            accept_downloads=False,
        )

    async def make(self, context: BrowserContext) -> Rendered:
        """Load the page and take what it shows. Raises a branch of `OutboundError`."""
        page = await context.new_page()
        watch = _Watch(page)
        started = time.monotonic()
        try:
            await page.goto(self.target.url, wait_until="commit", timeout=self.timeout * 1000)
        except PlaywrightError as error:
            raise self._failure(watch.last_url or self.target.url, error) from error
        await self._settle(page, started + self.timeout * _LOADING_SHARE)
        return await self._take(page, watch)

    async def _settle(self, page: Page, until: float) -> None:
        """Wait until the page is loaded and then quiet; one that never is gets taken as it is."""
        with suppress(PlaywrightTimeout):
            await page.wait_for_load_state("load", timeout=max(1.0, (until - time.monotonic()) * 1000))
            quiet = min(_QUIET_SECONDS, until - time.monotonic())
            await page.wait_for_load_state("networkidle", timeout=max(1.0, quiet * 1000))

    async def _take(self, page: Page, watch: _Watch) -> Rendered:
        try:
            html = await page.content()
        except PlaywrightError as error:
            raise self._failure(page.url, error) from error
        final_url = page.url if page.url.startswith("http") else watch.last_url
        target = parse_target(final_url)
        if page.url != final_url or (target.host, target.port) in self.proxy.failures:
            raise self._failure(final_url, PlaywrightError("The page moved on to an address that could not be opened."))
        if len(html) > self.proxy.policy.max_bytes:
            raise TooLarge("The rendered page is too large.")
        picture = None
        with suppress(PlaywrightError):
            picture = await page.screenshot(type="png", timeout=_PICTURE_SECONDS * 1000, animations="disabled")
        return Rendered(html, final_url, watch.status, picture)

    def _failure(self, url: str, error: PlaywrightError) -> OutboundError:
        """The reason in our words: the proxy knows it best, else the browser's error code says it."""
        try:
            target = parse_target(url)
        except OutboundRefused as refusal:
            return refusal
        known = self.proxy.failures.get((target.host, target.port))
        if known is not None:
            return known
        if isinstance(error, PlaywrightTimeout):
            return OutboundTimeout(f"The page did not answer within {self.timeout:g} seconds.")
        message = error.message
        if "net::ERR_CERT_" in message or "net::ERR_SSL_" in message:
            return ConnectError(f"The certificate of {target.host} is not valid.")
        if "Download is starting" in message or "net::ERR_ABORTED" in message:
            return BadAnswer("The address leads to a file to download, not to a page.")
        if "net::ERR_TOO_MANY_REDIRECTS" in message:
            return BadAnswer("The site redirected without end.")
        return ConnectError(f"{target.host} could not be opened in the browser.")


class _Watch:
    """Remembers where the page's main frame went and what was answered there; closes what the page opens besides."""

    def __init__(self, page: Page) -> None:
        self.last_url = ""
        self.status = 0
        self._page = page
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("popup", _close)

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self.last_url = request.url

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self._page.main_frame:
            self.status = response.status


async def _close(popup: Page) -> None:
    with suppress(PlaywrightError):
        await popup.close()


def _user_agent(version: str) -> str:
    """An ordinary Chrome's (the headless one is turned away by many sites), with our name."""
    chrome = f"Chrome/{version.partition('.')[0]}.0.0.0"
    return f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) {chrome} Safari/537.36 MINO/1.0"
