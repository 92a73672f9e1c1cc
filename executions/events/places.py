"""The places for listeners that an organization has, counted over all processes that send events.

On Redis a place is taken by one script, for a minute, and renewed as long as its listener is there: those of a process
that dies are free again by themselves. Only what is there is renewed, so that a place that was given back meanwhile
does not return; places that Redis has forgotten are counted by each process alone. Without Redis there is one process,
and its memory does the same. While Redis is away each process counts its own, which is logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import Counter
from typing import Any

from redis import asyncio as redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
LEASE = 60
"""Seconds after which a place that nobody renews is free."""
RENEWED_EVERY = 20.0
TAKE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
RENEW = """
local till = tonumber(redis.call('TIME')[1]) + tonumber(ARGV[1])
for place = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', till, ARGV[place]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""


class Places:
    """The places that this process has taken. `most` are those of an organization in all processes."""

    def __init__(self, most: int, redis_url: str = "") -> None:
        self._most = most
        self._taken: dict[uuid.UUID, uuid.UUID] = {}
        self._counts: Counter[uuid.UUID] = Counter()
        self._shared = _Shared(redis_url) if redis_url else None
        self._renewing: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    async def take(self, organization_id: uuid.UUID) -> uuid.UUID | None:
        """A place, to be given back; None when all are taken."""
        if self._counts[organization_id] >= self._most:
            return None
        place = uuid.uuid4()
        self._counts[organization_id] += 1
        is_mine = False
        try:
            is_mine = self._shared is None or await self._shared.take(organization_id, place, self._most)
        finally:
            if not is_mine:
                self._uncount(organization_id)
        if not is_mine:
            return None
        self._taken[place] = organization_id
        if self._shared and (self._renewing is None or self._renewing.done()):
            self._renewing = asyncio.create_task(self._renew(self._shared))
        return place

    def give_back(self, place: uuid.UUID) -> None:
        """Free a place; again changes nothing."""
        organization_id = self._forget(place)
        if self._shared and organization_id:
            task = asyncio.create_task(self._shared.give_back(organization_id, place))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """End what is under way."""
        if self._renewing:
            self._renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewing
        if self._shared:
            await asyncio.gather(*self._leaving)
            await self._shared.close()

    def _forget(self, place: uuid.UUID) -> uuid.UUID | None:
        organization_id = self._taken.pop(place, None)
        if organization_id:
            self._uncount(organization_id)
        return organization_id

    def _uncount(self, organization_id: uuid.UUID) -> None:
        self._counts[organization_id] -= 1
        if not self._counts[organization_id]:
            del self._counts[organization_id]

    async def _renew(self, shared: _Shared) -> None:
        while self._taken:
            await asyncio.sleep(RENEWED_EVERY)
            for organization_id in set(self._taken.values()):
                mine = [place for place, of in self._taken.items() if of == organization_id]
                await shared.renew(organization_id, mine)


class _Shared:
    """The places on Redis. Whatever it does not answer is as if there were room."""

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=0.5)
        self._take: Any = self._redis.register_script(TAKE)
        self._renew: Any = self._redis.register_script(RENEW)

    async def take(self, organization_id: uuid.UUID, place: uuid.UUID, most: int) -> bool:
        answer = await self._answer(self._take(keys=[_key(organization_id)], args=[most, LEASE, str(place)]))
        return bool(answer != 0)

    async def renew(self, organization_id: uuid.UUID, places: list[uuid.UUID]) -> None:
        await self._answer(self._renew(keys=[_key(organization_id)], args=[LEASE, *map(str, places)]))

    async def give_back(self, organization_id: uuid.UUID, place: uuid.UUID) -> None:
        await self._answer(self._redis.zrem(_key(organization_id), str(place)))

    async def close(self) -> None:
        await self._redis.aclose()

    async def _answer(self, asked: Any) -> Any:
        try:
            return await asked
        except RedisError as error:
            logger.warning("Listeners are counted in each process alone, because Redis does not answer: %s", error)
            return None


def _key(organization_id: uuid.UUID) -> str:
    return f"mino:event-listeners:{organization_id}"
