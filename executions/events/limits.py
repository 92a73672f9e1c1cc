"""What those who follow an execution may ask for; the API and the process that sends the events agree on it."""

from __future__ import annotations

from typing import Final

LONGEST_WAIT: Final = 50
"""Seconds that a long poll may wait: less than proxies are used to."""
USUAL_WAIT: Final = 25
LARGEST_NUMBER: Final = 10**18 - 1
LAST_EVENT_ID: Final = "last_event_id"
WAIT: Final = "wait"
SENT_BACK: Final = "sent_back"
"""When a client whose address had run out was sent back to the API (Unix time): it is not sent back twice in a row."""
STREAM: Final = "events"
POLL: Final = "events/poll"
KEPT: Final = {STREAM: {LAST_EVENT_ID: LARGEST_NUMBER}, POLL: {LAST_EVENT_ID: LARGEST_NUMBER, WAIT: LONGEST_WAIT}}
"""What an address hands on, and how large it may be."""
