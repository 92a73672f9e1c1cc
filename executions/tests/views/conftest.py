"""Fixtures for tests of the pages: executions whose jobs were really claimed, run and finished."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from executions.agents.base import Screenshot
from executions.engine.attempt import Attempt
from executions.engine.keeper import write_progress
from executions.engine.ledger import exchange
from executions.engine.plan import plan_of
from executions.engine.reporter import AttemptReporter
from executions.engine.running import run_attempt
from executions.models import Execution
from executions.pictures.storing import keep_screenshot
from executions.services.creation import execution_create
from executions.tests.engine.agents import Behaviour, ScriptedAgent, right_title
from mino.tests.factories import BatchFactory
from projects.models import Project

ClientFor = Callable[[User], Client]
Start = Callable[..., Execution]
Work = Callable[..., None]
Take = Callable[[int], list[AttemptReporter]]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Forget plans and minutes of earlier tests."""
    plan_of.cache_clear()
    cache.clear()


@pytest.fixture
def start(project: Project) -> Start:
    """Starts an execution over a new batch of so many rows."""

    def start_execution(rows: int = 3, **values: object) -> Execution:
        batch = BatchFactory(project=project, rows=rows)
        version = project.production_version
        arguments = {"batch": batch, "user": None, "instruction_version": version, "agent": "local", **values}
        return execution_create(**arguments)  # type: ignore[arg-type]  # as given by the test

    return start_execution


def _reporter(attempt: Attempt) -> AttemptReporter:
    return AttemptReporter(attempt, on_started=lambda *_: None, on_screenshot=keep_screenshot)


@pytest.fixture
def work() -> Work:
    """Runs so many of the waiting jobs (all by default), one after the other, with an agent that behaves as told."""

    def run_jobs(count: int = 1000, behaviour: Behaviour = right_title) -> None:
        agent = ScriptedAgent(behaviour)
        for _ in range(count):
            attempts = exchange([], 1, worker="here", agents={"local"})
            if not attempts:
                return
            exchange([run_attempt(attempts[0], agent, _reporter(attempts[0]))], 0, worker="here", agents={"local"})

    return run_jobs


@pytest.fixture
def take() -> Take:
    """Takes jobs, which then run until the test ends; what their reporters were told is written by `tell`."""

    def take_jobs(count: int) -> list[AttemptReporter]:
        return [_reporter(attempt) for attempt in exchange([], count, worker="here", agents={"local"})]

    return take_jobs


def tell(*reporters: AttemptReporter) -> None:
    """Write what the reporters were told, as the keeper of a worker does once a second."""
    write_progress([(reporter, news) for reporter in reporters if (news := reporter.news())])


def picture(reporter: AttemptReporter, image: bytes, caption: str = "The page") -> None:
    """Keep a picture as an agent would hand it in."""
    reporter.screenshot(Screenshot(image, caption))
