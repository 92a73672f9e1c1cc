"""The cache on Redis, which may be away: pages are slower then, never broken."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _or_else(name: str, make: Callable[[], Any]) -> Callable[..., Any]:
    """The client's method of that name; while Redis is away it answers as an empty cache that keeps nothing would."""
    real = getattr(RedisCacheClient, name)

    def method(self: RedisCacheClient, *arguments: Any, **named: Any) -> Any:
        try:
            return real(self, *arguments, **named)
        except RedisError as error:
            logger.warning("The cache could not be reached: %s", error)
            return make()

    return method


class _Client(RedisCacheClient):
    add = _or_else("add", lambda: True)
    set = _or_else("set", lambda: None)
    touch = _or_else("touch", lambda: False)
    delete = _or_else("delete", lambda: False)
    get_many = _or_else("get_many", dict)
    has_key = _or_else("has_key", lambda: False)
    incr = _or_else("incr", lambda: 1)
    set_many = _or_else("set_many", lambda: None)
    delete_many = _or_else("delete_many", lambda: None)
    clear = _or_else("clear", lambda: False)

    def get(self, key: Any, default: Any) -> Any:
        """The value, or the default also while Redis is away."""
        try:
            return super().get(key, default)
        except RedisError as error:
            logger.warning("The cache could not be reached: %s", error)
            return default


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; while Redis is away it is empty, which is logged. Limits that count in it are not kept."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client
