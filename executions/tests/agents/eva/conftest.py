"""EVA against the stand-in for its service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from executions.agents.eva import EvaAgent
from executions.tests.agents.servers.eva_server import KEY, EvaServer
from executions.tests.agents.servers.http import running


@pytest.fixture
def server() -> EvaServer:
    return EvaServer()


@pytest.fixture
def address(server: EvaServer) -> Iterator[str]:
    with running(server) as url:
        yield url


@pytest.fixture
def eva(address: str) -> Iterator[EvaAgent]:
    agent = EvaAgent(api_key=KEY, base_url=address, silence=10.0, poll_interval=0.01)
    yield agent
    agent.close()


@pytest.fixture
def impatient(address: str) -> Iterator[EvaAgent]:
    """Takes a run for dead after little silence."""
    agent = EvaAgent(api_key=KEY, base_url=address, silence=0.6, poll_interval=0.01)
    yield agent
    agent.close()
