"""Fixtures for tests of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization
from executions.agents.base import Agent
from executions.engine.attempt import Attempt, Finished
from executions.engine.ledger import exchange
from executions.engine.plan import plan_of
from executions.events.connections import Connection
from executions.events.server import application
from executions.models import Execution
from executions.services.creation import execution_create
from executions.tests.engine.counting import assert_counters_equal_jobs, assert_within_limits
from executions.tests.engine.world import AGENTS, HandClock, ended
from mino.tests.api.asking import Asker, program
from mino.tests.factories import BatchFactory
from mino.tests.serving import serving
from projects.models import Project


@pytest.fixture(autouse=True)
def _no_kept_plans() -> None:
    plan_of.cache_clear()


@pytest.fixture
def start(project: Project) -> Callable[..., Execution]:
    """Starts an execution over a new batch of so many rows."""

    def start_execution(rows: int = 3, **values: Any) -> Execution:
        batch = BatchFactory(project=project, rows=rows)
        assert project.production_version
        return execution_create(
            **{
                "batch": batch,
                "user": None,
                "instruction_version": project.production_version,
                "agent": "local",
                **values,
            }
        )

    return start_execution


@pytest.fixture
def take() -> Callable[..., list[Attempt]]:
    """Ends attempts and takes jobs, as a worker's desk does; the counters are checked each time."""

    def take_jobs(wanted: int, *finished: Finished, agents: frozenset[str] = AGENTS) -> list[Attempt]:
        attempts = exchange(finished, wanted, worker="here", agents=agents)
        assert_counters_equal_jobs()
        if attempts:
            assert_within_limits()
        return attempts

    return take_jobs


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The time, which only the test moves."""
    hand_clock = HandClock()
    monkeypatch.setattr(timezone, "now", hand_clock)
    return hand_clock


@pytest.fixture
def finish(take: Callable[..., list[Attempt]]) -> Callable[..., list[Attempt]]:
    """Ends an attempt in one of the ways of `ENDINGS`, and takes as many further jobs as wanted."""

    def finish_attempt(attempt: Attempt, how: str = "right", wanted: int = 0, **values: Any) -> list[Attempt]:
        return take(wanted, ended(attempt, how, timezone.now(), **values))

    return finish_attempt


@pytest.fixture
def start_remote(start: Callable[..., Execution], settings: Settings) -> Callable[..., Execution]:
    """Starts an execution whose agent's runs go on without their worker; at most 5 steps, 0.08 an attempt."""
    settings.EVA_API_KEY = "secret"
    return partial(start, agent="eva", agent_settings={"max_steps": 5})


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """A running event server."""
    with serving(application(), http=Connection) as settings.EVENTS_URL:
        yield settings.EVENTS_URL


@pytest.fixture
def asker(organization: Organization) -> Asker:
    """A program of the organization that may read results."""
    return program(organization, "read:results")


@pytest.fixture
def agents() -> dict[str, Agent]:
    """The agents of a worker."""
    return {}
