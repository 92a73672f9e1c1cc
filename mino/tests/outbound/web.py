"""A small real web site for tests of the door: each path answers what the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

from mino.common.outbound import OutboundPolicy

Page = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A running server. `pages` maps paths to what writes the answer, `seen` lists the requests' paths and headers."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                site.pages.get(self.path, answer(b"not here", status=404))(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def policy(self, **changes: Any) -> OutboundPolicy:
        """A policy under which this site, and nothing else that is private, may be visited."""
        usual: dict[str, Any] = {
            "allowed_networks": (ip_network("127.0.0.1/32"),),
            "ports": frozenset({80, 443, self.port}),
            "resolver": lambda host, port: ["127.0.0.1"],
        }
        return OutboundPolicy(**{**usual, **changes})


def answer(body: bytes, *, status: int = 200, **headers: str) -> Page:
    """A page with this body; `content_type="text/plain"` becomes the header Content-Type."""

    def write(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return write


def raw(sent: bytes) -> Page:
    """A page that sends just these bytes, status line and headers included."""

    def write(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(sent)

    return write


def redirect(location: str, status: int = 302) -> Page:
    return answer(b"", status=status, location=location)


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.stopping.set()
        site.server.shutdown()
        site.server.server_close()
