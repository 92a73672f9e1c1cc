"""The connection to an agent's own service: it ends when the attempt is over, whatever the service sends or does not.

An HTTP client's time-out counts from one read to the next, and a thread that waits in a read can't be told to stop. So
the reads here are short and repeated, and between them the attempt's watch decides whether to go on.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

import httpcore
import httpx

from executions.agents.base import Cancelled

_LOOK_UP_SECONDS = 0.25
_NO_WATCH_SECONDS = 60.0
_TLS_LOCK = threading.Lock()


class Closable(Protocol):
    """Something with a connection."""

    def close(self) -> None:
        """Let go of it."""


T = TypeVar("T", bound=Closable)


class OutOfTime(Exception):
    """The attempt's time is used up."""


class TooMuch(Exception):
    """The service sent more than an answer may have."""


class Watch:
    """What bounds one attempt: a moment, an event that calls it off, and how many bytes may come in.

    `sent` says whether anything of a request has left: from then on, nobody knows what the service made of it until it
    answers. Whoever makes several requests sets it back.
    """

    def __init__(self, seconds: float, cancelled: threading.Event | None, max_bytes: int) -> None:
        self.sent = False
        self._end = time.monotonic() + seconds
        self._cancelled = cancelled
        self._bytes_left = max_bytes

    def remaining(self) -> float:
        """Seconds left. Raises `Cancelled` or `OutOfTime`."""
        if self._cancelled is not None and self._cancelled.is_set():
            raise Cancelled
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def renewed(self, max_bytes: int) -> Watch:
        """The same moment and event for one more request, with bytes of its own. Raises `Cancelled` or `OutOfTime`."""
        return Watch(self.remaining(), self._cancelled, max_bytes)

    def pause(self, seconds: float) -> None:
        """Wait, unless the attempt ends before. Raises `Cancelled` or `OutOfTime`."""
        seconds = min(seconds, self.remaining())
        if self._cancelled is None:
            time.sleep(seconds)
        else:
            self._cancelled.wait(seconds)
        self.remaining()

    def count(self, received: int) -> None:
        """Count what came in. Raises `TooMuch`."""
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise TooMuch


class Pool(Generic[T]):
    """Clients, each lent to one attempt at a time: one shared by many threads costs three times the processor time."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._idle: list[T] = []

    @contextmanager
    def borrowed(self) -> Iterator[T]:
        """A client for this block alone."""
        try:
            client = self._idle.pop()
        except IndexError:
            client = self._make()
        try:
            yield client
        finally:
            self._idle.append(client)

    def close(self) -> None:
        """Close what is not lent at the moment."""
        while self._idle:
            self._idle.pop().close()


class WatchedTransport(httpx.HTTPTransport):
    """httpx's transport over connections that obey the current watch. For one thread at a time."""

    def __init__(self) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self._backend = _WatchedBackend()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(), network_backend=self._backend, max_connections=2, keepalive_expiry=30.0
        )

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[None]:
        """Within this block, every read and write asks `watch`."""
        before, self._backend.watch = self._backend.watch, watch
        try:
            yield
        finally:
            self._backend.watch = before


def _tls() -> ssl.SSLContext:
    # Made once, also when fifty threads ask at the same moment: each would read the certificates into memory anew.
    with _TLS_LOCK:
        return _tls_context()


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


class _WatchedBackend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self.watch: Watch | None = None
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _shorter(timeout, self.watch)
        return _WatchedStream(self._plain.connect_tcp(host, port, timeout, local_address, socket_options), self)


class _WatchedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, backend: _WatchedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        watch = self._backend.watch
        silent = 0.0
        while True:
            try:
                received = self._stream.read(max_bytes, min(_LOOK_UP_SECONDS, _shorter(timeout, watch)))
            except httpcore.ReadTimeout:
                silent += _LOOK_UP_SECONDS
                if timeout is not None and silent >= timeout:
                    raise
                continue
            if watch is not None:
                watch.count(len(received))
            return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        watch = self._backend.watch
        timeout = _shorter(timeout, watch)
        if watch is not None:
            watch.sent = True
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = _shorter(timeout, self._backend.watch)
        return _WatchedStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _shorter(timeout: float | None, watch: Watch | None) -> float:
    limit = _NO_WATCH_SECONDS if watch is None else watch.remaining()
    return limit if timeout is None else min(timeout, limit)
