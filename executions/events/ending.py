"""Hears that the process is to end, while its requests still run."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def told_to_end(act: Callable[[], None]) -> Iterator[None]:
    """Run `act` in the event loop as soon as the process is told to end, besides what the server does then.

    uvicorn tells an application of it only when all requests have been answered, or cut off. Only the main thread can
    hear it; elsewhere nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    servers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        server = servers[signal.Signals(number)]
        if callable(server):
            server(number, frame)

    for number in servers:
        signal.signal(number, heard)
    try:
        yield
    finally:
        for number, server in servers.items():
            signal.signal(number, server)
