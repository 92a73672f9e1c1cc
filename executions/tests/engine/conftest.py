"""Fixtures for tests of the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from executions.agents.base import Agent
from executions.engine.attempt import Attempt, Finished
from executions.engine.ledger import exchange
from executions.engine.plan import plan_of
from executions.models import Execution
from executions.services.creation import execution_create
from executions.tests.engine.counting import assert_counters_equal_jobs
from mino.tests.factories import BatchFactory
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

    def take_jobs(wanted: int, *finished: Finished, agents: frozenset[str] = frozenset({"local"})) -> list[Attempt]:
        attempts = exchange(finished, wanted, worker="here", agents=agents)
        assert_counters_equal_jobs()
        return attempts

    return take_jobs


@pytest.fixture
def agents() -> dict[str, Agent]:
    """The agents of a worker."""
    return {}
