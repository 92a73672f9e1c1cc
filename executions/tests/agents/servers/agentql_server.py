"""A server that speaks the protocol of AgentQL's REST API, with its failures.

Which scenario a request plays is said by the address to query: `https://shop.test/?scenario=slow`. By itself:
`python -m executions.tests.agents.servers.agentql_server --port 9002 --delay 0.2`.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from executions.tests.agents.servers.eva_server import KEY, run_alone
from executions.tests.agents.servers.http import Cut, Reply, Request

_QUERY_NAME = re.compile(r"^\s*([a-z][a-z0-9_]*)", re.MULTILINE)

REFUSALS = {
    "bad_query": Reply(400, {"error_info": "The query is not valid"}),
    "no_balance": Reply(402, {"error_info": "No credit"}),
    "forbidden": Reply(403, {"error_info": "Not in your plan"}),
    "rate_limited": Reply(429, {"error_info": "Slow down"}, {"Retry-After": "9"}),
    "down": Reply(500, {"error_info": "Internal error"}),
    "gateway": Reply(504, b"<html>Gateway Timeout</html>"),
    "garbage": Reply(200, b"{not json"),
    "deep": Reply(200, b"[" * 200_000),
    "no_data": Reply(200, {"data": None, "metadata": {}}),
    "other_names": Reply(200, {"data": {"colour": "red"}, "metadata": {}}),
    "bomb": Reply(200, gzip.compress(b" " * 80_000_000), {"Content-Encoding": "gzip"}),
}


class AgentQLServer:
    """Plays the service: each name in the query is answered with `answers[name]`, or "found NAME".

    `usage` is what GET /v1/usage answers to a good key instead of the figures.
    """

    def __init__(self, *, delay: float = 0.0) -> None:
        self.delay = delay
        self.answers: dict[str, Any] = {}
        self.screenshot: str | None = None
        self.requests: list[Request] = []
        self.usage: Reply | None = None

    async def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        if request.path == "/v1/usage":
            return self._usage(request)
        if request.headers.get("x-api-key") != KEY:
            return Reply(401, {"error_info": "Invalid API key"})
        if (request.method, request.path) != ("POST", "/v1/query-data"):
            return Reply(404, {"error_info": "Not found"})
        scenario = parse_qs(urlsplit(request.body["url"]).query).get("scenario", ["ok"])[0]
        if scenario == "cut":
            raise Cut
        if scenario in REFUSALS:
            return REFUSALS[scenario]
        if scenario == "endless":
            return Reply(stream=_endless())
        await asyncio.sleep(3600 if scenario == "silence" else self.delay)
        return Reply(body=self._answer(request.body))

    def _usage(self, request: Request) -> Reply:
        """Unlike everywhere else, the key is a parameter here."""
        if request.query.get("api_key") != [KEY]:
            return Reply(401, {"error_info": "Invalid API key"})
        return self.usage or Reply(body={"usage_limit": 4100, "current_cycle_usage": 111})

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        names = _QUERY_NAME.findall(body.get("query", "")) or list(self.answers)
        data = {name: self.answers.get(name, f"found {name}") for name in names}
        metadata = {"request_id": "1", "generated_query": None, "screenshot": self.screenshot}
        return {"data": data, "metadata": metadata}


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 10
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    command = argparse.ArgumentParser(description="A stand-in for AgentQL's REST API.")
    run_alone(lambda arguments: AgentQLServer(delay=arguments.delay), command)
