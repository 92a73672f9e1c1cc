"""A server that speaks the protocol of the TinyFish Web Agent API, with the failures that it is known for.

Which scenario a run plays is said by the address to visit: `https://shop.test/?scenario=cut`. By itself:
`python -m executions.tests.agents.servers.eva_server --port 9001 --delay 2`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from executions.tests.agents.servers.http import Cut, Reply, Request, serve

KEY = "good-key"
FOUND = {"price": 12.5, "name": "Chair"}
STREAMING_URL = "https://tf-1.tinyfish.io/live/abc"


@dataclass(frozen=True)
class Scenario:
    """What a run does: the pieces of its stream (events, raw bytes, "cut" or "silence"), and what GET says of it."""

    events: tuple[Any, ...] = ()
    result: Any = None
    status: str = "COMPLETED"
    error: Mapping[str, Any] | None = None
    refusal: Reply | None = None
    polls: int = 0
    steps: int = 3
    complete: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)


def _error(code: str, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


def _refused(status: int, code: str, headers: Mapping[str, str] | None = None) -> Scenario:
    return Scenario(refusal=Reply(status, _error(code, f"said {code}"), headers or {}))


def _failed(code: str, category: str, message: str = "it failed", **more: Any) -> Scenario:
    return Scenario(status="FAILED", error={"code": code, "category": category, "message": message, **more})


PROGRESS = {"type": "PROGRESS", "purpose": "Reading the price"}
HEARTBEAT = {"type": "HEARTBEAT"}
LIVE = {"type": "STREAMING_URL", "streamingUrl": STREAMING_URL}
USUAL = (LIVE, PROGRESS, HEARTBEAT)


def _endless() -> tuple[Any, ...]:
    return tuple(itertools.repeat(HEARTBEAT, 100_000))


SCENARIOS: dict[str, Scenario] = {
    "ok": Scenario(USUAL, FOUND),
    "plain_live_view": Scenario(({**LIVE, "streamingUrl": "http://tf-1.tinyfish.io/live"},), FOUND),
    "goal_failure": Scenario(USUAL, {"status": "failure", "reason": "Could not find any products on the page"}),
    "captcha_reason": Scenario(USUAL, {"status": "failure", "reason": "A CAPTCHA blocked access"}),
    "captcha_text": Scenario(USUAL, "Access denied: the page shows a captcha."),
    "text_json": Scenario(USUAL, "```json\n" + json.dumps(FOUND) + "\n```"),
    "text": Scenario(USUAL, "The chair is nice."),
    "list": Scenario(USUAL, [FOUND]),
    "two_records": Scenario(USUAL, [FOUND, FOUND]),
    "nothing_wanted": Scenario(USUAL, {"colour": "red"}),
    "no_result": Scenario(USUAL, None),
    "system_failure": _failed("INTERNAL", "SYSTEM_FAILURE", retry_after=7),
    "agent_failure": _failed("TASK_FAILED", "AGENT_FAILURE"),
    "billing_failure": _failed("INSUFFICIENT", "BILLING_FAILURE"),
    "unknown_failure": _failed("TASK_FAILED", "UNKNOWN"),
    "new_category": _failed("TASK_FAILED", "SOMETHING_NEW"),
    "site_blocked": _failed("SITE_BLOCKED", "AGENT_FAILURE"),
    "max_steps": _failed("MAX_STEPS_EXCEEDED", "AGENT_FAILURE"),
    "cancelled": Scenario(USUAL, status="CANCELLED"),
    "cut": Scenario((*USUAL, "cut"), FOUND, polls=2),
    "ended_early": Scenario(USUAL, FOUND, complete=False),
    "garbage": Scenario((b"data: {not json\n\n",), FOUND),
    "odd_events": Scenario(({"type": "NEW_KIND"}, {"type": "PROGRESS"}), FOUND),
    "no_object": Scenario((b"data: [1]\n\n",), FOUND),
    "silence": Scenario((LIVE, "silence"), FOUND, polls=10_000),
    "silence_but_done": Scenario((LIVE, "silence"), FOUND),
    "endless": Scenario(_endless(), FOUND, polls=10_000),
    "huge": Scenario((b"data: " + b"x" * 30_000_000 + b"\n\n",), FOUND),
    "cut_and_failed": replace(_failed("TASK_FAILED", "AGENT_FAILURE"), events=("cut",)),
    "bad_input": _refused(400, "INVALID_INPUT"),
    "unauthorized": _refused(401, "INVALID_API_KEY"),
    "no_balance": _refused(402, "PAYMENT_REQUIRED"),
    "forbidden": _refused(403, "FORBIDDEN"),
    "no_credits": _refused(403, "INSUFFICIENT_CREDITS"),
    "rate_limited": _refused(429, "RATE_LIMIT_EXCEEDED", {"Retry-After": "11"}),
    "busy": _refused(503, "SERVICE_BUSY"),
    "down": Scenario(refusal=Reply(502, b"<html>Bad Gateway</html>")),
}


class EvaServer:
    """Plays the service. `requests` lists what was asked, `cancelled` the runs that were called off."""

    def __init__(self, *, delay: float = 0.0, schema_allowed: bool = True) -> None:
        self.delay = delay
        self.schema_allowed = schema_allowed
        self.requests: list[Request] = []
        self.cancelled: list[str] = []
        self.scenarios = dict(SCENARIOS)
        self.screenshot = ""
        self._runs: dict[str, Scenario] = {}
        self._polls: dict[str, int] = {}
        self._done: set[str] = set()

    @property
    def bodies(self) -> list[Any]:
        """The bodies of the requests that asked for a run."""
        return [request.body for request in self.requests if request.path == "/v1/automation/run-sse"]

    async def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        if request.headers.get("x-api-key") != KEY:
            return Reply(401, _error("INVALID_API_KEY", "The key is not valid"))
        if (request.method, request.path) == ("POST", "/v1/automation/run-sse"):
            return self._start(request)
        _, _, run_id, *rest = request.path.strip("/").split("/") + [""] * 2
        if run_id not in self._runs:
            return Reply(404, _error("NOT_FOUND", "There is no such run"))
        if rest[0] == "cancel":
            self.cancelled.append(run_id)
            return Reply(body={"run_id": run_id, "status": "CANCELLED", "cancelled_at": _now(), "message": None})
        return Reply(body=self._run(run_id, screenshots="screenshots" in request.query))

    def _start(self, request: Request) -> Reply:
        name = parse_qs(urlsplit(request.body["url"]).query).get("scenario", ["ok"])[0]
        scenario = self.scenarios[name]
        if scenario.refusal is not None:
            return scenario.refusal
        if "output_schema" in request.body and not self.schema_allowed:
            return Reply(403, _error("FORBIDDEN", "output_schema is not enabled for this account"))
        run_id = f"run-{len(self._runs) + 1}"
        self._runs[run_id] = scenario
        return Reply(stream=self._stream(run_id, scenario))

    async def _stream(self, run_id: str, scenario: Scenario) -> AsyncIterator[bytes]:
        yield _event({"type": "STARTED", "runId": run_id})
        for piece in scenario.events:
            if piece == "cut":
                raise Cut
            if piece == "silence":
                await asyncio.sleep(3600)
            if isinstance(piece, bytes):
                yield piece
            else:
                yield _event({"runId": run_id, **piece})
                await asyncio.sleep(0.001)
        await asyncio.sleep(self.delay)
        self._done.add(run_id)
        if scenario.complete:
            outcome = {"status": scenario.status, "result": scenario.result, "error": scenario.error}
            yield _event({"type": "COMPLETE", "runId": run_id, **outcome})

    def _run(self, run_id: str, *, screenshots: bool) -> dict[str, Any]:
        scenario = self._runs[run_id]
        self._polls[run_id] = self._polls.get(run_id, 0) + 1
        final = run_id in self._done or self._polls[run_id] > scenario.polls
        step = {"id": 1, "purpose": "Reading the price"}
        return {
            "run_id": run_id,
            "status": scenario.status if final else "RUNNING",
            "goal": "as asked",
            "created_at": _now(),
            "started_at": _now(),
            "finished_at": _now() if final else None,
            "num_of_steps": scenario.steps,
            "result": scenario.result if final else None,
            "error": scenario.error if final else None,
            "streaming_url": None,
            "steps": [{**step, "screenshot": self.screenshot} if screenshots else step],
            **scenario.extra,
        }


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _event(event: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps({**event, 'timestamp': _now()})}\n\n".encode()


def run_alone(make: Callable[[float], Any], description: str) -> None:
    """The command line of a server: answer with a delay until interrupted."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    arguments = parser.parse_args()

    async def forever() -> None:
        await (await serve(make(arguments.delay), arguments.port)).serve_forever()

    asyncio.run(forever())


if __name__ == "__main__":
    run_alone(lambda delay: EvaServer(delay=delay), "A stand-in for the TinyFish Web Agent API.")
