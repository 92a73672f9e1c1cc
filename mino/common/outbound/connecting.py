"""Opening a connection: the name is resolved once, each address is checked, and only a checked address is dialled."""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from mino.common.outbound.addresses import IPAddress
from mino.common.outbound.errors import ConnectError, DnsError, FetchCancelled, OutboundRefused, OutboundTimeout
from mino.common.outbound.policy import OutboundPolicy
from mino.common.outbound.urls import Target

_LOOK_UP_SECONDS = 0.25
"""How often a waiting request looks whether it was called off."""


class Deadline:
    """The moment when a request must be over, and the event that ends it sooner."""

    def __init__(self, seconds: float, cancelled: threading.Event | None = None) -> None:
        self._end = time.monotonic() + seconds
        self._seconds = seconds
        self._cancelled = cancelled

    def remaining(self) -> float:
        """Seconds left. Raises `FetchCancelled` or `OutboundTimeout` when there is nothing left to wait for."""
        if self._cancelled is not None and self._cancelled.is_set():
            raise FetchCancelled("The request was called off.")
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutboundTimeout(f"The site did not answer completely within {self._seconds:g} seconds.")
        return left

    def slice(self) -> float:
        """Seconds to wait at most before looking again."""
        left = self.remaining()
        return left if self._cancelled is None else min(left, _LOOK_UP_SECONDS)


@lru_cache(maxsize=1)
def _lookups() -> ThreadPoolExecutor:
    # The system's resolver can't be told to hurry: it waits in a thread of its own, the request doesn't.
    return ThreadPoolExecutor(max_workers=32, thread_name_prefix="dns")


def resolve(target: Target, policy: OutboundPolicy, deadline: Deadline) -> list[IPAddress]:
    """The addresses of the target that may be visited. Raises `OutboundRefused`, `DnsError` or `OutboundTimeout`."""
    if target.port not in policy.ports:
        raise OutboundRefused(f"Port {target.port} of {target.host} may not be visited.")
    found = [target.address] if target.address is not None else _look_up(target, policy, deadline)
    permitted = [address for address in found if policy.permits(address)]
    if not permitted:
        raise OutboundRefused(f"{target.host} is not on the public internet and its network is not allowed here.")
    return permitted


def _look_up(target: Target, policy: OutboundPolicy, deadline: Deadline) -> list[IPAddress]:
    answer: Future[Any] = _lookups().submit(policy.resolver, target.host, target.port)
    while True:
        try:
            return [ip_address(text) for text in answer.result(timeout=deadline.slice())]
        except FutureTimeout:
            continue
        except (OSError, UnicodeError) as error:
            raise DnsError(f"The name {target.host} could not be found.") from error


def open_connection(target: Target, policy: OutboundPolicy, deadline: Deadline) -> socket.socket:
    """A connection to the target, without TLS. Raises `OutboundError`."""
    failure: OSError | None = None
    for address in resolve(target, policy, deadline):
        try:
            return _dial(address, target.port, min(policy.connect_timeout, deadline.remaining()))
        except OSError as error:
            failure = error
    deadline.remaining()
    raise ConnectError(f"{target.host} could not be reached.") from failure


def _dial(address: IPAddress, port: int, timeout: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect((str(address), port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """The certificates that are trusted: the system's, or those of SSL_CERT_FILE."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def secured(connection: socket.socket, target: Target, deadline: Deadline) -> ssl.SSLSocket:
    """The connection with TLS, the certificate checked against the name. Raises `ConnectError` or `OutboundTimeout`."""
    try:
        connection.settimeout(deadline.remaining())
        return tls_context().wrap_socket(connection, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        raise ConnectError(f"The certificate of {target.host} is not valid: {error.verify_message}.") from error
    except OSError as error:
        connection.close()
        deadline.remaining()
        raise ConnectError(f"No secure connection to {target.host} could be made.") from error


class TimedSocket:
    """As much of a socket as `http.client` uses, bound to a deadline that a site sending a byte a minute can't move."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._connection.settimeout(self._deadline.remaining())
        self._connection.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._connection, self._deadline), 65536)

    def close(self) -> None:
        """`http.client` closes as soon as the headers say so, and reads on: who opened the connection closes it."""


class _TimedReader(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            self._connection.settimeout(self._deadline.slice())
            try:
                return self._connection.recv_into(buffer)
            except TimeoutError:
                continue
