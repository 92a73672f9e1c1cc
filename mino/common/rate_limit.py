"""How many requests of a key there may be in any hour, counted over all processes.

A sliding window, kept as a counter for each minute. The minute that is only partly within the last hour counts in full,
so in no sixty minutes more pass than allowed; room returns up to a minute late. What is refused is not counted. On
Redis one script reads and counts in one step, by the clock of Redis; without Redis, where there is one web process, its
memory does the same. While Redis is away everything passes, which is logged.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

SPAN = 60
"""Seconds that one counter covers."""
SPANS = 60
"""So many of them before the present one are in the window."""
ASK_AGAIN_AFTER = 5.0
"""Seconds for which a Redis that did not answer is not asked: no request waits for it meanwhile."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the window says: whether the request may pass, and what is left.

    `reset` are the seconds until the oldest counted requests leave the window, so that there is more room.
    """

    is_allowed: bool
    limit: int
    counted: int
    reset: int

    @property
    def remaining(self) -> int:
        """How many more may pass now."""
        return max(0, self.limit - self.counted)

    @property
    def percent(self) -> float:
        """The used part, 0 to 100, for a bar."""
        return 100 * min(1.0, self.counted / self.limit) if self.limit else 100.0

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-*`, and `Retry-After` for a request that was refused."""
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }
        return told if self.is_allowed else {**told, "Retry-After": str(self.reset)}


class Window(Protocol):
    """Counts requests."""

    def take(self, key: str, limit: int) -> Room | None:
        """Count one request of `key` if fewer than `limit` are in the window; None when nobody can say."""

    def look(self, key: str, limit: int) -> Room | None:
        """The same without counting anything."""


class MemoryWindow:
    """The window of the one web process there is."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counters: dict[str, dict[int, int]] = {}
        self._cleaned = 0

    def take(self, key: str, limit: int) -> Room:
        """Count one request of `key` if there is room."""
        return self._read(key, limit, 1)

    def look(self, key: str, limit: int) -> Room:
        """Say whether there is room."""
        return self._read(key, limit, 0)

    def _read(self, key: str, limit: int, more: int) -> Room:
        now = int(self._clock())
        current = now // SPAN
        with self._lock:
            self._clean(current)
            counters = self._counters.setdefault(key, {})
            for old in [one for one in counters if one < current - SPANS]:
                del counters[old]
            counted = sum(counters.values())
            is_allowed = counted < limit
            if is_allowed and more:
                counters[current] = counters.get(current, 0) + more
                counted += more
            oldest = min(counters, default=current)
        return _room(is_allowed, limit, counted, oldest, now)

    def _clean(self, current: int) -> None:
        """Forget, once a minute, those that asked nothing for an hour."""
        if current == self._cleaned:
            return
        self._cleaned = current
        quiet = [key for key, counters in self._counters.items() if max(counters, default=0) < current - SPANS]
        for key in quiet:
            del self._counters[key]


TAKE = """
local now = tonumber(redis.call('TIME')[1])
local limit, span, spans, more = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local current = math.floor(now / span)
local counted, oldest = 0, current
local counters = redis.call('HGETALL', KEYS[1])
for place = 1, #counters, 2 do
  local at = tonumber(counters[place])
  if at < current - spans then
    redis.call('HDEL', KEYS[1], counters[place])
  else
    counted = counted + tonumber(counters[place + 1])
    if at < oldest then oldest = at end
  end
end
local allowed = counted < limit
if allowed and more > 0 then
  redis.call('HINCRBY', KEYS[1], current, more)
  counted = counted + more
  redis.call('EXPIRE', KEYS[1], span * (spans + 1))
end
return {allowed and 1 or 0, counted, oldest, now}
"""


class RedisWindow:
    """The window of all processes that use this Redis, which is waited for no longer than `patience` seconds."""

    def __init__(self, url: str, *, patience: float = 1.0) -> None:
        once_more = Retry(NoBackoff(), 1)  # a connection from before a restart of Redis is found out by using it
        self._redis = redis.Redis.from_url(
            url, socket_timeout=patience, socket_connect_timeout=patience / 2, retry=once_more
        )
        self._take: Any = self._redis.register_script(TAKE)
        self._asked_again_at = 0.0

    def take(self, key: str, limit: int) -> Room | None:
        """Count one request of `key` if there is room; None, and a line in the log, when Redis does not answer."""
        return self._read(key, limit, 1)

    def look(self, key: str, limit: int) -> Room | None:
        """Say whether there is room; None, and a line in the log, when Redis does not answer."""
        return self._read(key, limit, 0)

    def _read(self, key: str, limit: int, more: int) -> Room | None:
        if time.monotonic() < self._asked_again_at:
            return None
        try:
            arguments = [limit, SPAN, SPANS, more]
            is_allowed, counted, oldest, now = self._take(keys=[f"mino:window:{key}"], args=arguments)
        except RedisError as error:
            self._asked_again_at = time.monotonic() + ASK_AGAIN_AFTER
            logger.error("Requests are not limited, because Redis does not answer: %s", error)
            return None
        return _room(bool(is_allowed), limit, counted, oldest, now)


def _room(is_allowed: bool, limit: int, counted: int, oldest: int, now: int) -> Room:
    return Room(is_allowed, limit, counted, (oldest + SPANS + 1) * SPAN - now)


@cache
def window() -> Window:
    """The window of this installation."""
    return RedisWindow(settings.REDIS_URL) if settings.REDIS_URL else MemoryWindow()
