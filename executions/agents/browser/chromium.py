"""Which Chromium to start, and how."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from playwright.async_api import Browser, Playwright
from playwright.async_api import Error as PlaywrightError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    # The browser itself never resolves a name: the proxy does.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--js-flags=--max-old-space-size=512",
]


class BrowserUnavailable(Exception):
    """There is no Chromium on this machine, or it does not start."""


def chromium_path() -> str | None:
    """The browser to use: the setting MINO_CHROMIUM, or what is found on the PATH. None when there is none."""
    if settings.MINO_CHROMIUM:
        return str(settings.MINO_CHROMIUM) if Path(settings.MINO_CHROMIUM).is_file() else None
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def available() -> bool:
    """Whether pages can be rendered on this machine."""
    return chromium_path() is not None


async def launch(playwright: Playwright) -> Browser:
    """Start the browser. Raises `BrowserUnavailable`."""
    path = chromium_path()
    if path is None:
        raise BrowserUnavailable("There is no Chromium on this machine: install it, or set MINO_CHROMIUM to its path.")
    try:
        return await playwright.chromium.launch(
            executable_path=path,
            args=_ARGUMENTS,
            # Chromium's own sandbox does not start for root; production runs the worker as another user.
            chromium_sandbox=os.geteuid() != 0,
            # Nothing of the worker's environment (keys, database address) is the browser's business.
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": tempfile.gettempdir(), "LANG": "C.UTF-8"},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
    except PlaywrightError as error:
        raise BrowserUnavailable(f"Chromium at {path} did not start.") from error
