"""Live events from the real process of the Procfile: one alone, and two that share a Redis."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen
from uuid import uuid4

import httpx
import pytest
import redis
from pytest_django import Settings

from accounts.models import Organization, User
from executions.events.places import Places
from executions.events.tokens import token_give
from executions.models import Execution
from executions.services.control import execution_pause, execution_stop
from executions.tests.chaos.services import OwnRedis, free_port
from executions.tests.engine.following import following, get, numbers, until, way
from mino.tests.api.asking import program
from mino.tests.processes import running, wait_for

Start = Callable[..., Execution]
Begin = Callable[..., tuple[str, Popen[bytes]]]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Starts the process as the Procfile does; gives its address and itself."""
    with ExitStack() as ending:

        def start_process(**variables: str) -> tuple[str, Popen[bytes]]:
            port = free_port()
            process = ending.enter_context(running("events", {"MINO_EVENTS_PORT": str(port), **variables}))
            address = f"http://127.0.0.1:{port}"
            wait_for(lambda: _answers(address))
            return address, process

        yield start_process


def _answers(address: str) -> bool:
    try:
        return get(f"{address}/health/live").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A Redis server of this test."""
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed.")
    server = OwnRedis(tmp_path / "redis")
    yield server
    server.kill()


def test_the_process_of_the_procfile_tells_what_happens(
    begin: Begin, start: Start, settings: Settings, organization: Organization, owner: User
) -> None:
    settings.EVENTS_URL, process = begin()
    asker, execution = program(organization, "read:results"), start(rows=1)
    with following(way(asker, execution)) as events:
        assert until(events, "progress")[-1].data["status"] == "running"
        execution_pause(execution.pk, user=owner)
        paused = until(events, "state.changed")
        execution_stop(execution.pk, user=owner)
        assert until(events, "end")[-1].data["status"] == "stopped"
    missed = get(way(asker, execution, "events/poll", f"?last_event_id={numbers(paused)[-1]}")).json()
    assert ([one["data"].get("status") for one in missed["data"]][-1], missed["finished"]) == ("stopped", True)
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def test_who_waits_when_the_process_is_to_end_gets_an_answer(begin: Begin, start: Start) -> None:
    execution = start(rows=1)
    address, process = begin(MINO_EVENT_LISTENERS="2")
    path = f"{address}/executions/{execution.pk}/events"
    query = f"?token={token_give(execution.pk, execution.organization_id)}"

    def wait_long() -> httpx.Response:
        while (answer := get(f"{path}/poll{query}&last_event_id=1&wait=50", timeout=60)).status_code == 429:
            pass  # one of the polls below had the second place
        return answer

    with ThreadPoolExecutor() as threads, following(path + query) as events:
        until(events, "progress")
        waiting = threads.submit(wait_long)
        # Not once alone: that may have been the place of the poll before.
        wait_for(lambda: all(get(f"{path}/poll{query}").status_code == 429 for _ in range(3)))
        process.send_signal(signal.SIGTERM)
        answer = waiting.result(20)
        assert list(events) == []
    assert (answer.status_code, answer.json()["data"], answer.json()["finished"]) == (200, [], False)
    assert answer.json()["progress"]["status"] == "running"
    process.wait(30)


@pytest.mark.redis
def test_a_place_that_was_given_back_does_not_return(own_redis: OwnRedis) -> None:
    async def take_and_renew() -> None:
        places, organization_id = Places(1, own_redis.url), uuid4()
        place = await places.take(organization_id)
        assert (place is None, await places.take(organization_id)) == (False, None)
        assert places._shared
        if place:
            places.give_back(place)
            await asyncio.gather(*places._leaving)
            await places._shared.renew(organization_id, [place])
        assert await places.take(organization_id) is not None
        await places.close()

    asyncio.run(take_and_renew())


@pytest.mark.redis
def test_an_organization_has_its_places_over_all_processes(begin: Begin, start: Start, own_redis: OwnRedis) -> None:
    execution = start(rows=1)
    variables = {"REDIS_URL": own_redis.url, "MINO_EVENT_LISTENERS": "1"}
    (first, process), (second, _) = begin(**variables), begin(**variables)
    path = f"/executions/{execution.pk}/events"
    query = f"?token={token_give(execution.pk, execution.organization_id)}"

    def poll(address: str) -> int:
        return get(f"{address}{path}/poll{query}").status_code

    wait_for(lambda: (poll(first), poll(second)) == (200, 200))  # both have found Redis
    with following(f"{first}{path}{query}") as events:
        next(events)
        wait_for(lambda: (poll(first), poll(second)) == (429, 429))
    wait_for(lambda: poll(second) == 200)
    with following(f"{first}{path}{query}") as events:
        next(events)
        process.kill()
        process.wait()
        assert poll(second) == 429, "nobody gave the place back, and its minute is not over"
        _let_the_minute_pass(own_redis.url)
        wait_for(lambda: poll(second) == 200)
        own_redis.kill()
        wait_for(lambda: poll(second) == 200)  # without Redis each process counts its own


def _let_the_minute_pass(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        for key in client.keys("mino:event-listeners:*"):
            for place in client.zrange(key, 0, -1):
                client.zadd(key, {place: 1})
