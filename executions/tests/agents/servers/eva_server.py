"""A server that speaks the protocol of the TinyFish Web Agent API, with the failures that it is known for.

Which scenario a run plays is said by the address to visit: `https://shop.test/?scenario=cut`. By itself:
`python -m executions.tests.agents.servers.eva_server --port 9001 --delay 2`, with `--help` for bad days;
`GET /_runs` then lists every run that there ever was.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from executions.tests.agents.servers.eva_chaos import Chaos, Weather, add_arguments, chaos_of
from executions.tests.agents.servers.eva_runs import PlayedRun, now
from executions.tests.agents.servers.eva_scenarios import FOUND, SCENARIOS, STREAMING_URL, Scenario, said
from executions.tests.agents.servers.http import Cut, Reply, Request, serve

__all__ = ["FOUND", "KEY", "SCENARIOS", "STREAMING_URL", "Chaos", "EvaServer", "Scenario"]

KEY = "good-key"
_START = ("POST", "/v1/automation/run-sse")


class EvaServer:
    """Plays the service.

    `requests` lists what was asked, `cancelled` the runs that were called off (also those that were over), `runs` all
    runs by id. `outages` is how many of the next GETs are answered with `outage`, `listing` what GET /v1/runs
    answers instead of the list.
    """

    def __init__(self, *, delay: float = 0.0, schema_allowed: bool = True, chaos: Chaos | None = None) -> None:
        self.schema_allowed = schema_allowed
        self.requests: list[Request] = []
        self.cancelled: list[str] = []
        self.scenarios = dict(SCENARIOS)
        self.screenshot = ""
        self.runs: dict[str, PlayedRun] = {}
        self.outages = 0
        self.outage = Reply(503, said("UNAVAILABLE", "Come back later"))
        self.listing: Reply | None = None
        self._weather = Weather(chaos or Chaos(shortest=delay))

    @property
    def bodies(self) -> list[Any]:
        """The bodies of the requests that asked for a run."""
        return [request.body for request in self.requests if (request.method, request.path) == _START]

    async def __call__(self, request: Request) -> Reply:
        if (request.method, request.path) == ("GET", "/_runs"):
            return Reply(body=[_remembered(run) for run in self.runs.values()])
        self.requests.append(request)
        if request.headers.get("x-api-key") != KEY:
            return Reply(401, said("INVALID_API_KEY", "The key is not valid"))
        if (request.method, request.path) == _START:
            return await self._start(request)
        if request.method == "GET" and (self.outages > 0 or self._weather.is_away()):
            self.outages = max(0, self.outages - 1)
            return self.outage
        if request.path == "/v1/runs":
            return self.listing or self._list(request)
        return self._one(request)

    async def _start(self, request: Request) -> Reply:
        scenario = self._scenario(request.body["url"])
        if scenario.refusal is None and "output_schema" in request.body and not self.schema_allowed:
            return Reply(403, said("FORBIDDEN", "output_schema is not enabled for this account"))
        run = None
        if scenario.exists:
            run_id = f"run-{len(self.runs) + 1}"
            delay, every = self._weather.delay(), self._weather.progress_every
            run = self.runs[run_id] = PlayedRun(run_id, request.body, scenario, delay, every)
        if scenario.start == "silence":
            await asyncio.Event().wait()
        if scenario.start == "cut":
            raise Cut
        return scenario.refusal or Reply(stream=run.stream() if run else None)

    def _scenario(self, url: str) -> Scenario:
        name = parse_qs(urlsplit(url).query).get("scenario")
        return self.scenarios[name[0]] if name else self._weather.befalls(self.scenarios["ok"])

    def _one(self, request: Request) -> Reply:
        _, _, run_id, *rest = request.path.strip("/").split("/") + [""] * 2
        run = self.runs.get(run_id)
        if run is None:
            return Reply(404, said("NOT_FOUND", "There is no such run"))
        if rest[0] == "cancel":
            self.cancelled.append(run_id)
            run.cancel()
            return Reply(body={"run_id": run_id, "status": run.status, "cancelled_at": now(), "message": None})
        run.poll()
        run.screenshot = self.screenshot
        return Reply(body=run.told(screenshots="screenshots" in request.query))

    def _list(self, request: Request) -> Reply:
        """The runs, newest first unless asked otherwise; a goal matches wherever it occurs."""
        asked = {name: values[0] for name, values in request.query.items()}
        limit, begin = int(asked.get("limit", "20")), int(asked.get("cursor", "0"))
        if not 1 <= limit <= 100:
            return Reply(400, said("INVALID_INPUT", "limit must be from 1 to 100"))
        after = datetime.fromisoformat(asked.get("created_after", "2000-01-01T00:00:00Z"))
        fitting = [
            run
            for run in self.runs.values()
            if asked.get("goal", "").casefold() in run.goal.casefold()
            and datetime.fromisoformat(run.created_at) > after
            and asked.get("status", run.status) == run.status
        ]
        if asked.get("sort_direction", "desc") == "desc":
            fitting.reverse()
        end = begin + limit
        more = end < len(fitting)
        pages = {"total": len(fitting), "has_more": more, "next_cursor": str(end) if more else None}
        return Reply(body={"data": [run.told() for run in fitting[begin:end]], "pagination": pages})


def _remembered(run: PlayedRun) -> dict[str, Any]:
    """A run for those who count what was paid for."""
    return {
        "id": run.run_id,
        "url": run.url,
        "goal": run.goal,
        "status": run.status,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "steps": run.told()["num_of_steps"],
        "paid": run.paid,
    }


def run_alone(make: Callable[[argparse.Namespace], Any], parser: argparse.ArgumentParser) -> None:
    """The command line of a server: answer until interrupted."""
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    arguments = parser.parse_args()

    async def forever() -> None:
        await (await serve(make(arguments), arguments.port)).serve_forever()

    asyncio.run(forever())


if __name__ == "__main__":
    command = argparse.ArgumentParser(description="A stand-in for the TinyFish Web Agent API.")
    add_arguments(command)
    run_alone(lambda arguments: EvaServer(chaos=chaos_of(arguments)), command)
