"""The hub of a process: listeners who are cut off, and what two readings at the same time could do to each other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from accounts.models import User
from executions.events import hub as hub_module
from executions.events.hub import Following, Hub, Progress
from executions.events.places import Places
from executions.events.reading import Event
from executions.events.server import _gathered
from executions.models import Execution
from executions.services.control import execution_pause, execution_resume

Start = Callable[..., Execution]
pytestmark = pytest.mark.django_db(transaction=True)


def test_who_is_cut_off_loses_nothing(start: Start, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LONGEST_QUEUE", 3)
    execution = start(rows=1)

    def happen() -> None:
        for _ in range(3):
            execution_pause(execution.pk, user=owner)
            execution_resume(execution.pk, user=owner)

    async def cut_off() -> Mapping[str, Any]:
        hub = Hub(Places(1))
        following = await hub.follow(execution.pk, execution.organization_id, 1)
        try:
            await hub.ask(happen)
            async with asyncio.timeout(20):
                while (channel := hub.channel(execution.pk)) and channel.listeners:
                    await asyncio.sleep(0.01)
            return await _gathered(following, 20)
        finally:
            following.close()
            await hub.close()

    body = asyncio.run(cut_off())
    assert (body["data"], body["last_event_id"], body["finished"]) == ([], 1, False)


async def heard(following: Following, patience: float = 0.3) -> list[Any]:
    """Numbers of the events, and states of the progress, that are told now; the first may take `patience` seconds."""
    found: list[Any] = []
    while message := await following.next(0.3 if found else patience):
        assert isinstance(message, Event | Progress)
        found.append(message.sequence if isinstance(message, Event) else message.data["status"])
    return found


def test_what_another_process_has_told_is_not_told_again(
    start: Start, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "INTERVAL", 60)
    execution = start(rows=1)

    async def listen() -> None:
        hub = Hub(Places(4))
        first = await hub.follow(execution.pk, execution.organization_id, 0)
        assert await heard(first) == [1, "running"]
        await hub.ask(lambda: execution_pause(execution.pk, user=owner))
        second = await hub.follow(execution.pk, execution.organization_id, 2)
        assert (second.position, await heard(second), second.position) == (2, ["paused"], 2)
        assert await heard(first) == [2, "paused"]
        beyond = await hub.follow(execution.pk, execution.organization_id, 99)
        assert (beyond.position, await heard(beyond)) == (2, ["paused"])
        await hub.close()

    asyncio.run(listen())


def test_an_old_reading_is_not_told_to_who_came_later(
    start: Start, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "INTERVAL", 0.01)
    execution, read = start(rows=1), hub_module._news
    has_read, may_answer = threading.Event(), threading.Event()

    def slow(*args: Any) -> Any:
        found = read(*args)
        has_read.set()
        may_answer.wait(20)
        return found

    monkeypatch.setattr(hub_module, "_news", slow)

    async def listen() -> None:
        hub = Hub(Places(2))
        first = await hub.follow(execution.pk, execution.organization_id, None)
        await asyncio.to_thread(has_read.wait, 20)
        first.close()
        await hub.ask(lambda: execution_pause(execution.pk, user=owner))
        second = await hub.follow(execution.pk, execution.organization_id, None)
        may_answer.set()
        assert await heard(second) == ["paused"]
        await hub.close()

    asyncio.run(listen())


def test_reading_goes_on_after_an_error(
    start: Start, owner: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub_module, "INTERVAL", 0.01)
    execution, read = start(rows=1), hub_module._news
    errors = [RuntimeError("Unforeseen")]
    monkeypatch.setattr(hub_module, "_news", lambda *args: read(*args) if not errors else raised(errors.pop()))

    async def listen() -> None:
        hub = Hub(Places(1))
        following = await hub.follow(execution.pk, execution.organization_id, None)
        assert await heard(following, patience=20) == ["running"]
        await hub.ask(lambda: execution_pause(execution.pk, user=owner))
        assert await heard(following, patience=20) == [2, "paused"]
        await hub.close()

    asyncio.run(listen())
    assert "Unforeseen" in caplog.text


def raised(error: Exception) -> Any:
    """Raises the error."""
    raise error
