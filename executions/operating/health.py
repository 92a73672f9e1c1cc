"""Whether MINO is ready: each part that it leans on, with a sentence that says how it is."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from executions.models import Heartbeat, HeartbeatKind
from executions.operating.queue import queue_age
from executions.operating.signs import BEAT, SEEN_WITHIN

logger = logging.getLogger(__name__)
PATIENCE = 2
"""Seconds to wait for the database's or the broker's answer: a probe wants its own within a few."""
OLD_QUEUE = timedelta(seconds=60)
"""Something due that waits for longer has too few workers, or none."""
NOT_KNOWN = "Not known: the database does not answer."


@dataclass(frozen=True, slots=True)
class Check:
    """One part: whether it is well, and a sentence for people. Without a `required` one nothing works."""

    name: str
    ok: bool
    text: str
    required: bool = False


def check_all(now: datetime | None = None) -> list[Check]:
    """Look at every part. Never raises; answers within a few seconds."""
    now = now or timezone.now()
    database = check_database()
    return [database, check_broker(), *_of_the_database(now, is_there=database.ok)]


def check_database() -> Check:
    """Ask the database for something, with little patience."""
    try:
        _ask_pool()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        logger.warning("The database does not answer: %s", error)
        return Check("database", False, "The database does not answer.", required=True)
    return Check("database", True, "The database answers.", required=True)


def check_broker() -> Check:
    """Ask Redis, or look whether the folder that serves as broker can be written to."""
    try:
        answers = _ask_redis() if settings.REDIS_URL else _folder_is_writable()
    except (RedisError, OSError) as error:
        logger.warning("The broker does not answer: %s", error)
        answers = False
    text = "The broker takes messages." if answers else "The broker takes no messages."
    return Check("broker", answers, text, required=True)


def check_workers(now: datetime) -> Check:
    """Whether a worker was seen lately."""
    seen = Heartbeat.objects.filter(kind=HeartbeatKind.WORKER, seen_at__gte=now - SEEN_WITHIN).count()
    within = f"in the last {SEEN_WITHIN.seconds} seconds"
    if not seen:
        return Check("workers", False, f"No worker was seen {within}.")
    return Check("workers", True, f"{seen} {'worker was' if seen == 1 else 'workers were'} seen {within}.")


def check_beat(now: datetime) -> Check:
    """Whether a wake-up call of beat was carried out lately; that takes a worker too."""
    is_there = Heartbeat.objects.filter(name=BEAT, seen_at__gte=now - SEEN_WITHIN).exists()
    within = f"in the last {SEEN_WITHIN.seconds} seconds"
    return Check("beat", is_there, f"Beat was {'' if is_there else 'not '}seen {within}.")


def check_queue(now: datetime) -> Check:
    """Whether something waits for long although it could run."""
    age = queue_age(now)
    if not age:
        return Check("queue", True, "Nothing waits that could run.")
    text = f"What could run waits for {age.total_seconds():.0f} seconds at most."
    return Check("queue", age <= OLD_QUEUE, text)


def _of_the_database(now: datetime, *, is_there: bool) -> list[Check]:
    checks: dict[str, Callable[[datetime], Check]] = {
        "workers": check_workers,
        "beat": check_beat,
        "queue": check_queue,
    }
    return [_asked(name, check, now) if is_there else Check(name, False, NOT_KNOWN) for name, check in checks.items()]


def _asked(name: str, check: Callable[[datetime], Check], now: datetime) -> Check:
    try:
        return check(now)
    except Error as error:  # the database went away meanwhile, or a migration is still to come
        logger.warning("The check of %s could not be made: %s", name, error)
        return Check(name, False, "Not known: the database could not be asked.")


def _ask_pool() -> None:
    """Fetch a connection from the pool, if there is one, with less patience than pages have."""
    pool: Any = getattr(connection, "pool", None)
    if pool is not None and connection.connection is None:
        with connection.wrap_database_errors:
            pool.open()  # does nothing but for the first who asks
            pool.putconn(pool.getconn(timeout=PATIENCE))


def _ask_redis() -> bool:
    patience = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
    with Redis.from_url(settings.REDIS_URL, **patience) as redis:
        return bool(redis.ping())


def _folder_is_writable() -> bool:
    folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]
    return os.access(folder, os.W_OK | os.X_OK)
