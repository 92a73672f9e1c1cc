"""What a page complained about: errors of scripts, of the console, and of the content security policy."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, WebError

LEFT_BEHIND = re.compile(r"htmx:(sendAbort|afterRequest)\b")
"""What htmx says when a page is left while it asks for a part of it. Requests that fail are told by other words too."""


class Complaints:
    """Listens to all pages of a context. A test that provokes an error says so by `expect` before it does."""

    def __init__(self, context: BrowserContext) -> None:
        self.heard: list[str] = []
        self.expected: list[re.Pattern[str]] = []
        context.on("console", self._console)
        context.on("weberror", self._error)

    def expect(self, pattern: str) -> None:
        """Don't count complaints in which the pattern is found."""
        self.expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """The complaints that nobody expected."""
        return [text for text in self.heard if not any(pattern.search(text) for pattern in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports each violation of the content security policy as an error of the console.
        if message.type == "error" and not LEFT_BEHIND.match(message.text):
            self.heard.append(f"{message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self.heard.append(str(error.error if isinstance(error.error, Error) else error))
