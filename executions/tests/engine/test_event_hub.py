"""A listener who reads so slowly that it is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from accounts.models import User
from executions.events import hub as hub_module
from executions.events.hub import Hub
from executions.events.places import Places
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
