"""How long a job waits for its next attempt."""

from __future__ import annotations

import random
from datetime import timedelta

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
JITTER = 0.5


def retry_delay(retries_so_far: int, retry_after: float | None = None, *, jitter: float | None = None) -> timedelta:
    """1 s after the first failure, twice as long after each further one, at most 60 s, plus up to 500 ms of jitter.

    What the agent asked for (`retry_after`, seconds) is waited for if it is longer. `jitter` (0..1, drawn if None)
    keeps rows that failed together from coming back together.
    """
    delay = min(FIRST_DELAY * 2.0 ** min(retries_so_far, 30), LONGEST_DELAY)
    # Not for secrets: any spread will do.
    spread = random.random() if jitter is None else jitter  # noqa: S311
    return timedelta(seconds=max(delay, retry_after or 0.0) + JITTER * spread)
