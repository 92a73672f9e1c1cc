"""What can go wrong on the way out.

OutboundError
├─ OutboundRefused   the address may not be visited
├─ DnsError          the name could not be found
├─ ConnectError      no connection, or it broke
├─ OutboundTimeout   the whole took longer than it may
├─ TooLarge          the answer is bigger than it may be
├─ BadAnswer         what came back is not HTTP that can be read
└─ FetchCancelled    the caller called it off
"""

from __future__ import annotations


class OutboundError(Exception):
    """A request that gave no answer. `reason` is a sentence for the person who gave the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutboundRefused(OutboundError):
    """The address may not be visited: nothing was sent to it."""


class DnsError(OutboundError):
    """The name of the site could not be turned into an address."""


class ConnectError(OutboundError):
    """The site could not be reached, or the connection broke before the answer was complete."""


class OutboundTimeout(OutboundError):
    """Connecting, redirects and reading together took longer than allowed."""


class TooLarge(OutboundError):
    """The answer, as sent or unpacked, is bigger than allowed."""


class BadAnswer(OutboundError):
    """The site answered with something that is not readable HTTP, or redirected without end."""


class FetchCancelled(OutboundError):
    """The caller called the request off."""
