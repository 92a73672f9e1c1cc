"""A system that is told of events: a real server on this machine, which answers as a test wants it to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Call:
    """What arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    """Answer with this status."""

    def write(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return write


@dataclass
class Receiver:
    """The server: what arrived, and what it answers to the next calls and GETs (the last answer stays)."""

    server: ThreadingHTTPServer
    calls: list[Call] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=lambda: [status(200, b"thanks")])
    pages: list[Answer] = field(default_factory=lambda: [status(200)])
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_address[1])

    def url(self, path: str = "/hook") -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, *answers: Answer) -> None:
        """Answer like this from now on."""
        self.answers[:] = answers


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])), receiver.answers)

        def do_GET(self) -> None:
            self._answer(b"GET", receiver.pages)

        def _answer(self, body: bytes, answers: list[Answer]) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            with receiver.lock:
                receiver.calls.append(Call(self.path, headers, body))
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
            with contextlib.suppress(OSError):
                answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    receiver = Receiver(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stopping.set()
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()
