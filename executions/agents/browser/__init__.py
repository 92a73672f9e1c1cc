"""Pages as a browser shows them: Chromium, driven by Playwright, behind the outbound door."""

from executions.agents.browser.chromium import BrowserUnavailable, available
from executions.agents.browser.rendering import render, shut_down
from executions.agents.browser.visit import Rendered

__all__ = ["BrowserUnavailable", "Rendered", "available", "render", "shut_down"]
