"""The processes in which pages are parsed: few, limited in time and memory, and replaced when a page kills one.

A thread can't be stopped when a page sends a parser into endless work, and a process that grows can't be shrunk; so
pages are read in processes of their own, started by spawn (they know nothing of the worker's threads, locks and secrets
in memory) and without Django.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, TimeoutError
from dataclasses import dataclass
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from executions.agents.local.instructions import BadSelector
from executions.agents.local.page import NotAPage

logger = logging.getLogger(__name__)

T = TypeVar("T")
EXPECTED = (BadSelector, NotAPage)
LOOK_UP_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Limits:
    """What the parsing of one page may take: seconds of the clock, and bytes of memory that a process may write to."""

    seconds: float = 20.0
    memory: int = 512 * 1024 * 1024


class ParserKilled(Exception):
    """The page took too long or too much memory, or brought its parser down; the message says which."""


class ParserFailed(Exception):
    """The parser gave up on the page with an error that it doesn't know; the message names it."""


class ParserPool:
    """Parser processes shared by all threads of a worker process, started when first needed and again when broken."""

    def __init__(self, processes: int, limits: Limits) -> None:
        self._processes = max(processes, 1)
        self._limits = limits
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._owner = 0

    def run(self, function: Callable[..., T], *args: Any, timeout: float, cancelled: threading.Event) -> T:
        """Return what the function says in a parser process.

        Raises `ParserKilled`, `ParserFailed`, and what of `EXPECTED` the function raises; `TimeoutError` when no answer
        came within `timeout` seconds (waiting for a free process included); `CancelledError` when called off.
        """
        future = self._schedule(function, args)
        deadline = time.monotonic() + timeout
        while True:
            if cancelled.is_set():
                future.cancel()
                raise CancelledError
            try:
                return future.result(timeout=LOOK_UP_SECONDS)  # type: ignore[no-any-return]  # pebble is untyped here
            except TimeoutError as error:
                if future.done():
                    raise ParserKilled(f"Reading it took longer than {self._limits.seconds:g} seconds.") from error
                if time.monotonic() > deadline:
                    future.cancel()
                    raise
            except MemoryError as error:
                raise ParserKilled(f"Reading it took more than {self._limits.memory // 2**20} MB of memory.") from error
            except ProcessExpired as error:
                raise ParserKilled("Reading it brought the parser down.") from error
            except (CancelledError, *EXPECTED):
                raise
            # A boundary: hostile pages break parsers in ways nobody listed, and that is the page's failure, not ours.
            except Exception as error:
                logger.warning("A page broke its parser", exc_info=error)
                raise ParserFailed(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """End the processes. A later `run` starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
            if pool is not None and self._owner == os.getpid():
                pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
                pool.join()

    def _schedule(self, function: Callable[..., T], args: tuple[Any, ...]) -> Any:
        with self._lock:
            try:
                return self._ready().schedule(function, args=args, timeout=self._limits.seconds)
            except RuntimeError:
                # Pebble's way to say that its own threads or processes broke.
                self._pool = None
                return self._ready().schedule(function, args=args, timeout=self._limits.seconds)

    def _ready(self) -> ProcessPool:
        # After a fork the parent's processes are not ours.
        if self._pool is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._pool = ProcessPool(
                max_workers=self._processes,
                initializer=_limit,
                initargs=(self._limits.memory,),
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool


def _limit(memory: int) -> None:
    """In a parser process: bound what it may allocate. RLIMIT_AS would also count the libraries it maps."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
