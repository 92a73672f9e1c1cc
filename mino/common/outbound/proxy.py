"""The same door for a browser: a small forward proxy on the loopback interface that asks the same questions.

A browser fetches redirects, scripts and pictures by itself, so each of its connections must pass here. Plain requests
are read and sent on one by one; for TLS the proxy opens a tunnel to an address that it has checked.
"""

from __future__ import annotations

import base64
import hmac
import http.client
import secrets
import selectors
import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast

from mino.common.outbound.connecting import Deadline, TimedSocket, open_connection
from mino.common.outbound.errors import OutboundError, OutboundRefused, TooLarge
from mino.common.outbound.policy import OutboundPolicy
from mino.common.outbound.urls import Target, parse_target

_CHUNK = 65536
_MAX_UPLOAD = 10 * 1024 * 1024
# RFC 9110, section 7.6.1: headers that are between two neighbours only.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)


class ForwardProxy:
    """A proxy for one browser session, used as a context manager.

    It listens on a free port of 127.0.0.1 and demands a random `username` and `password`. All its connections end after
    `timeout` seconds, after `max_bytes` received in total, or when it is closed. `failures` says, by host and port, why
    a connection was not made.
    """

    def __init__(self, policy: OutboundPolicy, *, timeout: float, max_bytes: int = 100 * 1024 * 1024) -> None:
        self.policy = policy
        self.failures: dict[tuple[str, int], OutboundError] = {}
        self.username, self.password = "mino", secrets.token_urlsafe(24)
        self._closed = threading.Event()
        self.deadline = Deadline(timeout, self._closed)
        self._bytes_left = max_bytes
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="proxy", daemon=True)

    @property
    def address(self) -> str:
        """The proxy's own address, as a browser wants it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def connect(self, target: Target) -> socket.socket:
        """A checked connection to the target. Raises `OutboundError`, and remembers it."""
        try:
            connection = open_connection(target, self.policy, self.deadline)
        except OutboundError as error:
            self.failures[target.host, target.port] = error
            raise
        self.failures.pop((target.host, target.port), None)
        return connection

    def count(self, received: int) -> None:
        """Count bytes that came in. Raises `TooLarge` when the session has had enough."""
        with self._lock:
            self._bytes_left -= received
            if self._bytes_left < 0:
                raise TooLarge("The page and all that it loads are too large.")

    def admits(self, authorization: str) -> bool:
        """Whether a Proxy-Authorization header carries this proxy's credential."""
        expected = base64.b64encode(f"{self.username}:{self.password}".encode())
        return hmac.compare_digest(b"Basic " + expected, authorization.encode("utf-8", "replace"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, proxy: ForwardProxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser drops connections at will: nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30.0
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """What pages load is nobody's log entry."""

    def do_CONNECT(self) -> None:
        """Open a tunnel to a checked address."""
        if not self._admitted():
            return
        proxy = self.server.proxy
        try:
            remote = proxy.connect(parse_target(f"https://{self.path}/"))
        except OutboundError as error:
            self._refuse(error)
            return
        with remote:
            self.send_response(HTTPStatus.OK)
            self.end_headers()
            _relay(self.connection, remote, proxy)

    def _forward(self) -> None:
        """Send one plain request on, and its answer back."""
        if not self._admitted():
            return
        proxy = self.server.proxy
        try:
            body = self._request_body()
            target = parse_target(self.path)
            if target.scheme != "http":
                raise OutboundRefused("Only plain requests are forwarded; everything else needs a tunnel.")
            remote = proxy.connect(target)
        except OutboundError as error:
            self._refuse(error)
            return
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = cast(Any, TimedSocket(remote, proxy.deadline))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in (_HOP_BY_HOP | {"host"})}
        headers |= {"Host": target.host_header, "Connection": "close"}
        with remote:
            connection.request(self.command, target.path, body, headers)
            self._answer(connection.getresponse())

    # http.server looks its methods up by these names.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _forward  # noqa: N815

    def _admitted(self) -> bool:
        self.close_connection = True
        if self.server.proxy.admits(self.headers.get("Proxy-Authorization", "")):
            return True
        self.send_response(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)
        self.send_header("Proxy-Authenticate", 'Basic realm="mino"')
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        return False

    def _request_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > _MAX_UPLOAD:
            raise OutboundRefused("The request carries too much, or does not say how much.")
        return self.rfile.read(int(length)) if int(length) else None

    def _refuse(self, error: OutboundError) -> None:
        status = HTTPStatus.FORBIDDEN if isinstance(error, OutboundRefused) else HTTPStatus.BAD_GATEWAY
        body = error.reason.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, response: http.client.HTTPResponse) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        while chunk := response.read1(_CHUNK):
            self.server.proxy.count(len(chunk))
            self.wfile.write(chunk)


def _relay(browser: socket.socket, remote: socket.socket, proxy: ForwardProxy) -> None:
    """Carry bytes both ways until one side ends."""
    other = {browser: remote, remote: browser}
    with selectors.DefaultSelector() as ready:
        for side in other:
            ready.register(side, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select(proxy.deadline.slice()):
                side = cast(socket.socket, key.fileobj)
                received = side.recv(_CHUNK)
                if not received:
                    return
                if side is remote:
                    proxy.count(len(received))
                other[side].settimeout(proxy.deadline.remaining())
                other[side].sendall(received)
