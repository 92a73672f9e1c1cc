"""What the runs of the stand-in for TinyFish do, by the name of the scenario."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from executions.tests.agents.servers.http import Reply

FOUND = {"price": 12.5, "name": "Chair"}
STREAMING_URL = "https://tf-1.tinyfish.io/live/abc"


@dataclass(frozen=True)
class Scenario:
    """What a run does: the pieces of its stream (events, raw bytes, "cut" or "silence"), and what GET says of it.

    `polls`: the run is over once it was asked for more often than that; None when only its end counts. `start` is what
    becomes of the answer to the request that starts it: "answered", "cut", "cut_after_headers" or "silence"; `exists`
    whether a run comes into being by a request that is refused or not answered.
    """

    events: tuple[Any, ...] = ()
    result: Any = None
    status: str = "COMPLETED"
    error: Mapping[str, Any] | None = None
    refusal: Reply | None = None
    start: str = "answered"
    exists: bool = True
    polls: int | None = None
    steps: int = 3
    complete: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)


def said(code: str, message: str, **more: Any) -> dict[str, Any]:
    """The body of a refusal."""
    return {"error": {"code": code, "message": message, **more}}


def refused(status: int, code: str, headers: Mapping[str, str] | None = None) -> Scenario:
    """A start that the service refuses."""
    return Scenario(refusal=Reply(status, said(code, f"said {code}"), headers or {}), exists=False)


def failed(code: str, category: str, message: str = "it failed", **more: Any) -> Scenario:
    """A run that fails."""
    return Scenario(status="FAILED", error={"code": code, "category": category, "message": message, **more})


PROGRESS = {"type": "PROGRESS", "purpose": "Reading the price"}
HEARTBEAT = {"type": "HEARTBEAT"}
LIVE = {"type": "STREAMING_URL", "streamingUrl": STREAMING_URL}
USUAL = (LIVE, PROGRESS, HEARTBEAT)
BUSY = refused(429, "RATE_LIMIT_EXCEEDED", {"Retry-After": "11"})
BROKEN = failed("INTERNAL", "SYSTEM_FAILURE", retry_after=7)

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
    "system_failure": BROKEN,
    "agent_failure": failed("TASK_FAILED", "AGENT_FAILURE"),
    "billing_failure": failed("INSUFFICIENT", "BILLING_FAILURE"),
    "unknown_failure": failed("TASK_FAILED", "UNKNOWN"),
    "new_category": failed("TASK_FAILED", "SOMETHING_NEW"),
    "site_blocked": failed("SITE_BLOCKED", "AGENT_FAILURE"),
    "max_steps": failed("MAX_STEPS_EXCEEDED", "AGENT_FAILURE"),
    "cancelled": Scenario(USUAL, status="CANCELLED"),
    "cut": Scenario((*USUAL, "cut", "silence"), FOUND, polls=2),
    "ended_early": Scenario(USUAL, FOUND, complete=False),
    "garbage": Scenario((b"data: {not json\n\n",), FOUND),
    "odd_events": Scenario(({"type": "NEW_KIND"}, {"type": "PROGRESS"}), FOUND),
    "no_object": Scenario((b"data: [1]\n\n",), FOUND),
    "silence": Scenario((LIVE, PROGRESS, "silence"), FOUND),
    "silence_but_done": Scenario((LIVE, "silence"), FOUND, polls=0),
    "endless": Scenario((PROGRESS, *itertools.repeat(HEARTBEAT, 100_000)), FOUND),
    "huge": Scenario((b"data: " + b"x" * 30_000_000 + b"\n\n",), FOUND),
    "cut_and_failed": replace(failed("TASK_FAILED", "AGENT_FAILURE"), events=("cut",)),
    "start_cut": Scenario(USUAL, FOUND, start="cut"),
    "start_cut_after_headers": Scenario(USUAL, FOUND, start="cut_after_headers"),
    "start_silent": Scenario(USUAL, FOUND, start="silence"),
    "start_silent_endless": Scenario((PROGRESS, "silence"), FOUND, start="silence"),
    "never_came": Scenario(start="cut", exists=False),
    "gateway": Scenario(USUAL, FOUND, refusal=Reply(504, b"<html>Gateway Timeout</html>")),
    "bad_input": refused(400, "INVALID_INPUT"),
    "unauthorized": refused(401, "INVALID_API_KEY"),
    "no_balance": refused(402, "PAYMENT_REQUIRED"),
    "forbidden": refused(403, "FORBIDDEN"),
    "no_credits": refused(403, "INSUFFICIENT_CREDITS"),
    "rate_limited": BUSY,
    "busy": refused(503, "SERVICE_BUSY"),
    "down": Scenario(refusal=Reply(502, b"<html>Bad Gateway</html>"), exists=False),
}
