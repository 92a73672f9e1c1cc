"""The thread of a worker process that writes its sign of life every ten seconds."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from executions.engine.process import KEPT_FREE, running_attempts
from executions.operating.signs import forget_old, worker_gone, worker_seen
from executions.services.creation import mino_version

logger = logging.getLogger(__name__)
EVERY = 10.0
"""Seconds between two signs of life."""
LONGEST_WRITE = 10.0
"""Seconds that a heart which is to end is waited for: a sign of life that it still writes would stay behind."""

every_tick: list[Callable[[], object]] = []
"""What the thread calls after each sign of life. What one of them raises is logged and stops nothing."""


class Heart:
    """Writes the sign of life of this process until it is stopped. A database that is away is waited for."""

    def __init__(self, *, every: float = EVERY) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._every = every
        self._started_at = timezone.now()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def start(self) -> None:
        """Begin, with a sign of life at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and take the sign of life away. A worker that is killed can't: its row is seen to be old."""
        self._stopping.set()
        self._thread.join(LONGEST_WRITE)
        try:
            worker_gone(self.name)
        except Error as error:
            logger.warning("The sign of life could not be taken away, it will be forgotten in an hour: %s", error)
        finally:
            connection.close()

    def _beat(self) -> None:
        while not self._stopping.is_set():
            for call in (self._write, *every_tick):
                _call(call)
            connection.close()  # back to the pool
            self._stopping.wait(self._every)

    def _write(self) -> None:
        now = timezone.now()
        worker_seen(self.name, started_at=self._started_at, now=now, details=details())
        forget_old(now)


def details() -> dict[str, Any]:
    """What this process says about itself."""
    threads = settings.WORKER_THREADS
    return {
        "threads": threads,
        "slots": max(1, threads - KEPT_FREE),
        "running": running_attempts(),
        "version": mino_version(),
    }


def _call(call: Callable[[], object]) -> None:
    try:
        call()
    except Error as error:  # the database is away or busy; a traceback every ten seconds would hide what else is wrong
        logger.warning("The database could not be reached, trying again: %s", error)
    except Exception:  # whatever it is, without this thread the worker would look dead
        logger.exception("A regular task of the worker failed, trying again")


_heart: Heart | None = None


def start_heart() -> None:
    """Begin the signs of life of this process."""
    global _heart
    if _heart is None:
        _heart = Heart()
        _heart.start()


def stop_heart() -> None:
    """End them."""
    global _heart
    if _heart is not None:
        _heart.stop()
        _heart = None
