"""Agents for tests of the engine: they answer what they are told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from executions.agents.base import Agent, Cancelled, Reporter, Result, Step, Task

Behaviour = Callable[[Task, Reporter], Any]


def right_title(task: Task, reporter: Reporter) -> dict[str, Any]:
    """The title that the factories give to the row, and a price that is always 1.50."""
    number = task.url.removeprefix("https://shop").partition(".")[0]
    return {"title": f"Kettle {number}", "price": "1.50"}


class ScriptedAgent(Agent):
    """Does what `behaviour` says, and counts how many tasks it has at once."""

    name = "local"
    default_timeout = 5.0

    def __init__(self, behaviour: Behaviour = right_title) -> None:
        self.behaviour = behaviour
        self.running = 0
        self.most_running = 0
        self.tasks: list[Task] = []
        self._lock = threading.Lock()

    def run(self, task: Task, reporter: Reporter) -> Result:
        """Run the behaviour."""
        with self._lock:
            self.tasks.append(task)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            reporter.step(Step("Opening the page", task.url))
            return Result(data=self.behaviour(task, reporter), sources={"title": "h1"})
        finally:
            with self._lock:
                self.running -= 1


def wait_for_cancel(task: Task, reporter: Reporter) -> dict[str, Any]:
    """Work until called off."""
    if not reporter.cancelled.wait(20):
        raise AssertionError("Nobody called the attempt off.")
    raise Cancelled
