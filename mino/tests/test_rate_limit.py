"""The sliding window, in memory and on a real Redis."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from executions.tests.chaos.services import OwnRedis
from mino.common.rate_limit import SPAN, SPANS, MemoryWindow, RedisWindow, Window

HOUR = 3600


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> MemoryWindow:
    return MemoryWindow(clock)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A Redis server of this test, which may be killed."""
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed.")
    server = OwnRedis(tmp_path / "redis")
    yield server
    server.kill()


def passed(window: Window, key: str, limit: int, times: int) -> int:
    rooms = [window.take(key, limit) for _ in range(times)]
    return sum(room is None or room.is_allowed for room in rooms)


def test_as_many_pass_as_are_allowed(memory: MemoryWindow) -> None:
    assert passed(memory, "a", 3, 5) == 3
    assert passed(memory, "b", 3, 1) == 1, "Another key has a window of its own."


def test_what_is_left_is_told(memory: MemoryWindow, clock: Clock) -> None:
    clock.now += 10
    first, second, third = (memory.take("a", 2) for _ in range(3))
    assert first.headers == {"RateLimit-Limit": "2", "RateLimit-Remaining": "1", "RateLimit-Reset": "3650"}
    assert (second.is_allowed, second.remaining) == (True, 0)
    assert third.headers["Retry-After"] == "3650"
    clock.now += int(third.headers["Retry-After"])
    assert memory.take("a", 2).is_allowed, "Whoever waits as long as was said passes."


def test_in_no_hour_more_pass_than_allowed(memory: MemoryWindow, clock: Clock) -> None:
    moments = []
    for _ in range(4 * HOUR // 7):
        clock.now += 7
        if memory.take("a", 100).is_allowed:
            moments.append(clock.now)
    for at in moments:
        assert sum(at - HOUR < one <= at for one in moments) <= 100
    assert len(moments) >= 4 * 100 * HOUR / (HOUR + SPAN) - 1, "All that is allowed can be used."


def test_a_refused_request_does_not_make_the_wait_longer(memory: MemoryWindow, clock: Clock) -> None:
    assert passed(memory, "a", 1, 1) == 1
    for _ in range(61):
        assert not memory.take("a", 1).is_allowed
        clock.now += SPAN
    assert memory.take("a", 1).is_allowed


def test_those_that_are_quiet_are_forgotten(memory: MemoryWindow, clock: Clock) -> None:
    for number in range(50):
        memory.take(str(number), 5)
    clock.now += HOUR + 2 * SPAN
    memory.take("another", 5)
    assert list(memory._counters) == ["another"]


def test_threads_share_the_window(memory: MemoryWindow) -> None:
    with ThreadPoolExecutor(8) as threads:
        done = threads.map(lambda _: passed(memory, "a", 100, 50), range(8))
    assert sum(done) == 100


@pytest.mark.redis
def test_processes_share_the_window_on_redis(own_redis: OwnRedis) -> None:
    """Each thread has a client of its own, as each process has."""
    with ThreadPoolExecutor(8) as threads:
        done = threads.map(lambda _: passed(RedisWindow(own_redis.url, patience=20), "a", 100, 50), range(8))
    assert sum(done) == 100
    room = RedisWindow(own_redis.url, patience=20).take("a", 101)
    assert room is not None
    assert (room.is_allowed, room.remaining, room.limit) == (True, 0, 101)
    assert HOUR - SPAN < room.reset <= HOUR + SPAN  # the minute may have turned since the first of them


@pytest.mark.redis
def test_on_redis_what_is_older_than_an_hour_gives_room(own_redis: OwnRedis) -> None:
    window = RedisWindow(own_redis.url)
    with redis.from_url(own_redis.url) as client:
        minute = int(client.time()[0]) // SPAN
        client.hset("mino:window:a", mapping={str(minute - SPANS - 1): 7, str(minute - SPANS + 1): 4, str(minute): 1})
        room = window.take("a", 6)
        assert room is not None
        assert (room.is_allowed, room.remaining) == (True, 0)
        assert 0 < room.reset <= 2 * SPAN, "The four are the next to leave."
        assert window.take("a", 6) != room
        assert client.hlen("mino:window:a") in (2, 3), "What is outside of the window was removed."
        assert 0 < client.ttl("mino:window:a") <= HOUR + SPAN, "A key that is quiet goes by itself."


@pytest.mark.redis
def test_while_redis_is_away_everything_passes_and_the_log_says_so(
    own_redis: OwnRedis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = RedisWindow(own_redis.url)
    assert passed(window, "a", 1, 2) == 1
    own_redis.kill()
    with caplog.at_level(logging.ERROR):
        assert [window.take("a", 1) for _ in range(20)] == [None] * 20
    assert len(caplog.records) == 1, "It is not asked again for each request."
    assert "Redis does not answer" in caplog.text
    own_redis.start()
    later = time.monotonic() + 6
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert passed(window, "a", 1, 2) == 1, "The new one counts again, also the script is sent again."
