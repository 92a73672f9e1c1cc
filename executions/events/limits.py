"""What those who follow an execution may ask for; the API and the process that sends the events agree on it."""

from __future__ import annotations

from typing import Final

LONGEST_WAIT: Final = 50
"""Seconds that a long poll may wait: less than proxies are used to."""
USUAL_WAIT: Final = 25
LARGEST_NUMBER: Final = 10**18 - 1
