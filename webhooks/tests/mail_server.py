"""A mail server on this machine, which takes the mails for some addresses and refuses those for others."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

TAKEN = 250


@dataclass
class MailServer:
    """What it answers to addresses that it does not take, and to whom mails came."""

    answers: dict[str, int] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    port: int = 0


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run one."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say(220)
            recipient = ""
            for line in self.rfile:
                verb = line[:4].decode().upper()
                if verb == "RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                    self.say(running.answers.get(recipient, TAKEN))
                elif verb == "DATA":
                    self.say(354)
                    while self.rfile.readline() != b".\r\n":
                        pass
                    running.taken.append(recipient)
                    self.say(TAKEN)
                else:
                    self.say(221 if verb == "QUIT" else TAKEN)

        def say(self, code: int) -> None:
            self.wfile.write(b"%d so be it\r\n" % code)

    running = MailServer()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        running.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()
