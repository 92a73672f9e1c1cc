"""Runs an ASGI application in a thread of the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def serving(application: Any, **options: Any) -> Iterator[str]:
    """Serve the application while the block runs, with these options of uvicorn; gives its address."""
    options = {"host": "127.0.0.1", "port": 0, "log_level": "warning", "lifespan": "on", **options}
    server = uvicorn.Server(uvicorn.Config(application, **options))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive(), "The server did not start."
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
