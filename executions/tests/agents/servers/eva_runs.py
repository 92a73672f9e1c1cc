"""The runs of the stand-in for TinyFish: they go on whether or not somebody listens, until they are stopped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from executions.tests.agents.servers.eva_scenarios import PROGRESS, Scenario
from executions.tests.agents.servers.http import Cut

_SHARE_BEFORE_EVENTS = 0.25


def now() -> str:
    """This moment as the service writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class PlayedRun:
    """One run: what it was asked for, how it goes on, and who listens. `paid`: it made a step, which costs money."""

    def __init__(
        self, run_id: str, body: Mapping[str, Any], scenario: Scenario, delay: float, progress_every: float = 0.0
    ) -> None:
        self.run_id = run_id
        self.url = str(body["url"])
        self.goal = str(body["goal"])
        self.created_at = now()
        self.finished_at: str | None = None
        self.steps_made = 0
        self.screenshot = ""
        self.scenario = scenario
        self._delay = delay
        self._progress_every = progress_every
        self._polls = 0
        self._cancelled = False
        self._news: asyncio.Queue[Any] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._play())

    @property
    def paid(self) -> bool:
        return self.steps_made > 0

    @property
    def status(self) -> str:
        if self._cancelled:
            return "CANCELLED"
        return self.scenario.status if self.finished_at else "RUNNING"

    def poll(self) -> None:
        """Somebody asked for the run."""
        self._polls += 1
        if self.scenario.polls is not None and self._polls > self.scenario.polls:
            self._finish()

    def cancel(self) -> None:
        """Stop the run, unless it is over."""
        if self.finished_at is None:
            self._cancelled = True
            self._finish()
            self._task.cancel()

    async def stream(self) -> AsyncIterator[bytes]:
        """The run's events, from the first one until it is over."""
        if self.scenario.start == "cut_after_headers":
            raise Cut
        yield _event({"type": "STARTED", "runId": self.run_id})
        while (piece := await self._news.get()) is not None:
            if piece == "cut":
                raise Cut
            yield piece if isinstance(piece, bytes) else _event({"runId": self.run_id, **piece})

    def told(self, *, screenshots: bool = False) -> dict[str, Any]:
        """The run object."""
        final = self.finished_at is not None
        ended = final and not self._cancelled
        step = {"id": 1, "purpose": "Reading the price"}
        return {
            "run_id": self.run_id,
            "status": self.status,
            "goal": self.goal,
            "created_at": self.created_at,
            "started_at": self.created_at,
            "finished_at": self.finished_at,
            "num_of_steps": self.scenario.steps if ended else self.steps_made,
            "result": self.scenario.result if ended else None,
            "error": self.scenario.error if ended else None,
            "streaming_url": None if final else "https://tf-1.tinyfish.io/live/abc",
            "steps": [{**step, "screenshot": self.screenshot} if screenshots else step],
            **self.scenario.extra,
        }

    async def _play(self) -> None:
        await asyncio.sleep(self._delay * _SHARE_BEFORE_EVENTS)
        for piece in self.scenario.events:
            if piece == "silence":
                await asyncio.Event().wait()
            if isinstance(piece, dict) and piece["type"] == "PROGRESS":
                self.steps_made += 1
            self._news.put_nowait(piece)
            await asyncio.sleep(0.001)
        await self._work_on(self._delay * (1 - _SHARE_BEFORE_EVENTS))
        self._finish()

    async def _work_on(self, seconds: float) -> None:
        """Take so long, and tell of it now and then if that is wished."""
        while self._progress_every and seconds > self._progress_every:
            await asyncio.sleep(self._progress_every)
            seconds -= self._progress_every
            self.steps_made += 1
            self._news.put_nowait(PROGRESS)
        await asyncio.sleep(seconds)

    def _finish(self) -> None:
        if self.finished_at is not None:
            return
        self.finished_at = now()
        told = self.told()
        if self.scenario.complete:
            outcome = {name: told[name] for name in ("status", "result", "error")}
            self._news.put_nowait({"type": "COMPLETE", **outcome})
        self._news.put_nowait(None)


def _event(event: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps({**event, 'timestamp': now()})}\n\n".encode()
