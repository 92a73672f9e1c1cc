"""How the process that sends events speaks HTTP (uvicorn's `--http`)."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

UNREAD_SECONDS = 30.0
"""How long a client may leave unread what was sent to it, once no more fits into the buffers."""


class Connection(H11Protocol):
    """A connection that is broken off when its client reads nothing for a while; else it would wait for ever.

    The application hears of it as of every client that has gone.
    """

    _unread: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The buffer is full."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read."""
        self._forget()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._forget()
        super().connection_lost(exc)

    def _forget(self) -> None:
        if self._unread:
            self._unread.cancel()
            self._unread = None
