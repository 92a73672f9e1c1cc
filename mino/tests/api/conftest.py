"""Fixtures for tests of the API."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Organization
from analytics.exporting.background.running import export_run
from analytics.models import Export
from executions.agents.base import Agent
from executions.agents.registry import Agents
from executions.engine.worker import Worker
from executions.events.server import application
from mino.tests.api.asking import Asker, new_key, program
from mino.tests.serving import serving


@pytest.fixture
def ask(organization: Organization) -> Asker:
    """A program that may everything that a key may."""
    return program(organization)


@pytest.fixture
def environment(
    live_server: LiveServer, organization: Organization, settings: Settings, tmp_path: Path
) -> Mapping[str, str]:
    """The variables of a program: where the running application is, and a key. Workers may visit the sample shop."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
    settings.MINO_ALLOWED_PORTS = [urlsplit(live_server.url).port]
    return {"MINO": live_server.url, "MINO_API_KEY": new_key(organization)}


@pytest.fixture
def work(environment: Mapping[str, str]) -> Iterator[Callable[[Mapping[str, Agent]], None]]:
    """Has a worker with these agents take what comes, as long as the test runs."""
    with ExitStack() as ending:
        yield lambda agents: ending.enter_context(_working(agents))


@pytest.fixture
def working(work: Callable[[Mapping[str, Agent]], None]) -> None:
    """A worker with MINO's own agents."""
    work(Agents())


@contextmanager
def _working(agents: Mapping[str, Agent]) -> Iterator[None]:
    worker, ended = Worker(agents), threading.Event()

    def run() -> None:
        try:
            while not ended.is_set():
                worker.run_slot()
                for export_id in list(Export.objects.filter(status="queued").values_list("pk", flat=True)):
                    export_run(export_id)
                ended.wait(0.2)
        finally:
            connection.close()  # else the pool would miss it for good

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(60)
        worker.close()


@pytest.fixture
def events(settings: Settings) -> Iterator[None]:
    """The event server."""
    with serving(application()) as settings.EVENTS_URL:
        yield
