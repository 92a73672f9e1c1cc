"""Keeps what an agent says while it runs, for the keeper to write."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from executions.agents.base import Screenshot, Step
from executions.engine.attempt import Attempt
from mino.common.values.clean import clean_text

MAX_STEPS = 500
"""Steps kept of one attempt; later ones are counted, not kept."""
MAX_STEP_TEXT = 500
MAX_SCREENSHOTS = 50


class AttemptReporter:
    """The `Reporter` that an agent gets: methods take notes, and the worker's keeper writes them once a second.

    The remote run's id is also written at once, because money is at stake.
    """

    def __init__(
        self,
        attempt: Attempt,
        *,
        on_started: Callable[[Attempt, str], None],
        is_taken: Callable[[Attempt, str], bool] = lambda _attempt, _run_id: False,
        on_screenshot: Callable[[Attempt, Screenshot], None],
    ) -> None:
        self.attempt = attempt
        self.cancelled = threading.Event()
        self.leave_run = False
        self.run_id = attempt.run_id
        self._on_started = on_started
        self._is_taken = is_taken
        self._on_screenshot = on_screenshot
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._steps: list[dict[str, Any]] = []
        self._step_count = 0
        self._progress: int | None = None
        self._current_url = ""
        self._live_view: tuple[str, datetime | None] = ("", None)
        self._screenshots = 0
        self._changed = False

    def is_taken(self, run_id: str) -> bool:
        """Whether another job's attempt holds the remote run."""
        return self._is_taken(self.attempt, run_id)

    def started(self, run_id: str) -> None:
        """Keep the id of the remote run in the database at once."""
        with self._lock:
            self.run_id = clean_text(run_id)[:200]
            self._changed = True
        self._on_started(self.attempt, self.run_id)

    def step(self, step: Step) -> None:
        """Note one step."""
        with self._lock:
            self._step_count += 1
            self._changed = True
            if step.progress is not None:
                self._progress = max(0, min(100, step.progress))
            if step.url:
                self._current_url = clean_text(step.url)[:2000]
            if len(self._steps) < MAX_STEPS:
                self._steps.append(
                    {
                        "at": round(time.monotonic() - self._began, 1),
                        "description": clean_text(step.description)[:MAX_STEP_TEXT],
                        "url": clean_text(step.url)[:2000],
                    }
                )

    def live_view(self, url: str, expires_at: datetime | None = None) -> None:
        """Note where the run can be watched; anything but https is ignored."""
        if urlsplit(url).scheme == "https":
            with self._lock:
                self._live_view = (clean_text(url)[:2000], expires_at)
                self._changed = True

    def screenshot(self, screenshot: Screenshot) -> None:
        """Keep a picture, up to a limit."""
        with self._lock:
            self._screenshots += 1
            if self._screenshots > MAX_SCREENSHOTS:
                return
        self._on_screenshot(self.attempt, screenshot)

    def heartbeat(self) -> None:
        """The keeper renews the lease anyway, as long as this process lives."""

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps so far."""
        with self._lock:
            return list(self._steps)

    @property
    def step_count(self) -> int:
        """How many steps there were, kept or not."""
        return self._step_count

    def news(self) -> dict[str, Any] | None:
        """What has changed since the last call, or None."""
        with self._lock:
            if not self._changed:
                return None
            self._changed = False
            return {
                "agent_run_id": self.run_id,
                "steps": list(self._steps),
                "step_count": self._step_count,
                "progress": self._progress,
                "current_url": self._current_url,
                "live_view_url": self._live_view[0],
                "live_view_expires_at": self._live_view[1],
            }

    def put_back(self) -> None:
        """What `news` gave could not be written: give it again."""
        with self._lock:
            self._changed = True
