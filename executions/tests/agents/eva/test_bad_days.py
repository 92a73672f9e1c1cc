"""Many runs on bad days: nothing is paid for twice unless the agent says that it may have been."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from executions.agents.base import AgentError
from executions.agents.eva import EvaAgent
from executions.tests.agents.recording import Recording, task
from executions.tests.agents.servers.eva_server import FOUND, KEY, Chaos, EvaServer
from executions.tests.agents.servers.http import running

ROWS = 60


@pytest.fixture
def server() -> EvaServer:
    chaos = Chaos(shortest=0.0, longest=0.1, refusals=0.1, lost_starts=0.3, cuts=0.2, failures=0.2, seed=7)
    return EvaServer(chaos=chaos)


@pytest.fixture
def address(server: EvaServer) -> Iterator[str]:
    with running(server) as url:
        yield url


@pytest.fixture
def eva(address: str) -> Iterator[EvaAgent]:
    agent = EvaAgent(api_key=KEY, base_url=address, silence=10.0, poll_interval=0.05)
    yield agent
    agent.close()


def _outcome(eva: EvaAgent, number: int) -> tuple[str, str]:
    """The run's id as the agent told it, and what came of the attempt."""
    reporter = Recording()
    try:
        result = eva.run(task(url=f"https://shop.test/{number}"), reporter)
    except AgentError as error:
        what = "perhaps charged twice" if error.may_be_charged_twice else error.code.value
        return "".join(reporter.heard("started")), what
    assert result.data == FOUND
    return "".join(reporter.heard("started")), "done"


def test_every_run_is_known_and_no_address_has_two(eva: EvaAgent, address: str) -> None:
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda number: _outcome(eva, number), range(ROWS)))
    with urllib.request.urlopen(f"{address}/_runs") as answer:
        runs: list[dict[str, Any]] = json.load(answer)
    assert {run_id for run_id, _ in outcomes if run_id} == {run["id"] for run in runs}
    assert max(Counter(run["url"] for run in runs).values()) == 1
    assert {run["status"] for run in runs} == {"COMPLETED", "FAILED"}
    assert {what for _, what in outcomes} == {"done", "RATE_LIMITED", "SYSTEM_FAILURE"}
    assert all(run["paid"] for run in runs)
