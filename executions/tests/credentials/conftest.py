"""Fixtures for tests of agents' keys: the services' stand-ins, behind a door that lets requests to them through."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from executions.engine.plan import plan_of
from executions.tests.agents.servers.agentql_server import AgentQLServer
from executions.tests.agents.servers.eva_server import EvaServer
from executions.tests.agents.servers.http import running


def _let_through(settings: Settings, address: str) -> None:
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.MINO_ALLOWED_PORTS = [*settings.MINO_ALLOWED_PORTS, urlsplit(address).port]


@pytest.fixture(autouse=True)
def _no_kept_plans() -> None:
    plan_of.cache_clear()


@pytest.fixture
def eva_server(settings: Settings) -> Iterator[EvaServer]:
    """EVA's stand-in, known to the settings."""
    server = EvaServer()
    with running(server) as address:
        _let_through(settings, address)
        settings.EVA_API_URL = address
        yield server


@pytest.fixture
def agentql_server(settings: Settings) -> Iterator[AgentQLServer]:
    """AgentQL's stand-in, known to the settings."""
    server = AgentQLServer()
    with running(server) as address:
        _let_through(settings, address)
        settings.AGENTQL_API_URL = address
        yield server
