"""A reporter that writes down what an agent says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from executions.agents.base import Agent, AgentError, Screenshot, Step, Task, WantedField
from mino.common.values.columns import ColumnType

FIELDS = (WantedField("price", ColumnType.NUMBER), WantedField("name", ColumnType.TEXT))


class Recording:
    """`then` is called at each heartbeat, so that a test can act in the middle of a run."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.cancelled = threading.Event()
        self.leave_run = False
        self.taken: set[str] = set()
        self.said: list[tuple[str, Any]] = []
        self._then = then

    def heard(self, kind: str) -> list[Any]:
        return [value for said, value in self.said if said == kind]

    def is_taken(self, run_id: str) -> bool:
        return run_id in self.taken

    def started(self, run_id: str) -> None:
        self.said.append(("started", run_id))

    def step(self, step: Step) -> None:
        self.said.append(("step", step.description))

    def live_view(self, url: str, expires_at: datetime | None = None) -> None:
        self.said.append(("live_view", (url, expires_at)))

    def screenshot(self, screenshot: Screenshot) -> None:
        self.said.append(("screenshot", screenshot))

    def heartbeat(self) -> None:
        self.said.append(("heartbeat", None))
        self._then()


def task(scenario: str = "ok", **changes: Any) -> Task:
    usual: dict[str, Any] = {
        "url": f"https://shop.test/?scenario={scenario}",
        "instructions": "Find the price of the chair.",
        "fields": FIELDS,
        "timeout": 20.0,
    }
    return Task(**{**usual, **changes})


def failure(agent: Agent, scenario: str, **changes: Any) -> AgentError:
    """The error that the scenario ends with."""
    with pytest.raises(AgentError) as caught:
        agent.run(task(scenario, **changes), Recording())
    return caught.value
