"""The thread that owns the browser.

Playwright's event loop runs in one thread per process, so that callers' threads never have a running loop (with one,
Django's ORM refuses to work). Callers hand it a visit and wait; whatever a page does, they wait no longer than they
said.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError, Future
from contextlib import suppress

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from executions.agents.browser.chromium import BrowserUnavailable, launch
from executions.agents.browser.visit import Rendered, Visit
from mino.common.outbound import ConnectError, FetchCancelled, ForwardProxy, OutboundPolicy, OutboundTimeout
from mino.common.outbound.urls import parse_target

PAGES_AT_ONCE = 4
DEFAULT_VIEWPORT = (1280, 800)

_LOOK_UP_SECONDS = 0.25
_CLOSE_SECONDS = 5.0


def render(
    url: str,
    *,
    policy: OutboundPolicy,
    timeout: float,
    viewport: tuple[int, int] = DEFAULT_VIEWPORT,
    cancelled: threading.Event | None = None,
) -> Rendered:
    """Open the address in a browser, wait until it is loaded and quiet, and take its HTML and a picture.

    Ends within `timeout` seconds (and a few more for closing) whatever the page does; a page that never finishes
    loading is taken as it is. Raises a branch of `OutboundError` as `fetch` does, and `BrowserUnavailable`.
    """
    target = parse_target(url)
    with ForwardProxy(policy, timeout=timeout) as proxy:
        work = _owner().submit(Visit(target, proxy, timeout, viewport))
        try:
            return _wait(work, timeout, cancelled)
        finally:
            work.cancel()


def _wait(work: Future[Rendered], timeout: float, cancelled: threading.Event | None) -> Rendered:
    waited = 0.0
    while not work.done() and waited < timeout + 2 * _CLOSE_SECONDS:
        if cancelled is not None and cancelled.is_set():
            raise FetchCancelled("The rendering was called off.")
        with suppress(TimeoutError):
            work.exception(timeout=_LOOK_UP_SECONDS)
        waited += _LOOK_UP_SECONDS
    if not work.done():
        raise OutboundTimeout(f"The page could not be rendered within {timeout:g} seconds.")
    try:
        return work.result()
    except CancelledError as error:
        raise BrowserUnavailable("The browser was shut down.") from error
    except PlaywrightError as error:
        raise ConnectError(f"The browser gave up on the page: {error.message.splitlines()[0]}") from error


class _Owner:
    """One thread with Playwright's loop, one browser started when first needed and again when it has died."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._thread.start()
        self._starting = asyncio.Lock()
        self._pages = asyncio.Semaphore(PAGES_AT_ONCE)
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def submit(self, visit: Visit) -> Future[Rendered]:
        return asyncio.run_coroutine_threadsafe(self._visit(visit), self._loop)

    def stop(self) -> None:
        """End the browser, the driver and the thread."""
        with suppress(TimeoutError, PlaywrightError):
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=2 * _CLOSE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=_CLOSE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    async def _visit(self, visit: Visit) -> Rendered:
        try:
            async with asyncio.timeout(visit.timeout), self._pages:
                # A start that one visit no longer waits for serves the next one.
                browser = await asyncio.shield(self._ready_browser())
                context = await visit.open(browser)
                try:
                    return await visit.make(context)
                finally:
                    await self._close(context, browser)
        except TimeoutError as error:
            raise OutboundTimeout(f"The page could not be rendered within {visit.timeout:g} seconds.") from error

    async def _ready_browser(self) -> Browser:
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                await self._end()
                self._playwright = await async_playwright().start()
                self._browser = await launch(self._playwright)
            return self._browser

    async def _close(self, context: BrowserContext, browser: Browser) -> None:
        """Close a context; when a hung page does not let go, give the whole browser up."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await context.close()
        except (TimeoutError, PlaywrightError):
            async with self._starting:
                if self._browser is browser:
                    await self._end()

    async def _end(self) -> None:
        """End the browser and the driver, if they still answer; the driver takes the browser with it."""
        browser, playwright, self._browser, self._playwright = self._browser, self._playwright, None, None
        for ending in (browser and browser.close(), playwright and playwright.stop()):
            if ending:
                with suppress(TimeoutError, PlaywrightError):
                    async with asyncio.timeout(_CLOSE_SECONDS):
                        await ending


_lock = threading.Lock()
_owners: list[_Owner] = []


def _owner() -> _Owner:
    with _lock:
        if not _owners:
            _owners.append(_Owner())
        return _owners[0]


def shut_down() -> None:
    """End the browser and its thread. Called when the worker ends; a later `render` starts them again."""
    with _lock:
        if _owners:
            _owners.pop().stop()
