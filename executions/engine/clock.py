"""Wakes slots at a moment: the retries that this process put into the queue are taken as soon as they are due."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

TOGETHER_SECONDS = 0.05
"""Moments so close to each other are waited for once."""


class Clock:
    """Calls `ring(count)` when moments have come. Its thread starts with the first moment; thread-safe.

    What it keeps may be lost: the beat task finds what is due as well.
    """

    def __init__(self, ring: Callable[[int], None]) -> None:
        self._ring = ring
        self._moments: list[datetime] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def at(self, moment: datetime) -> None:
        """Ring at `moment`."""
        with self._changed:
            heapq.heappush(self._moments, moment)
            if self._thread is None:
                self._thread = threading.Thread(target=self._wait, name="clock", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _wait(self) -> None:
        while True:
            with self._changed:
                while not (due := self._due()):
                    self._changed.wait(self._seconds())
            self._ring(due)

    def _due(self) -> int:
        count = 0
        while self._moments and self._seconds_to(self._moments[0]) <= 0:
            heapq.heappop(self._moments)
            count += 1
        return count

    def _seconds(self) -> float | None:
        return max(0.0, self._seconds_to(self._moments[0])) + TOGETHER_SECONDS if self._moments else None

    def _seconds_to(self, moment: datetime) -> float:
        return (moment - timezone.now()).total_seconds()
