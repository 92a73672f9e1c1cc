"""The recipes of docs/api.md run as they stand, against the running application, a worker and the event server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from django.conf import settings as django_settings
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Organization
from executions.agents.registry import Agents
from executions.engine.worker import Worker
from executions.events.server import application
from executions.models import Execution
from mino.tests.api.asking import new_key
from projects.models import Batch, Project, TruthRevision

DOCUMENT = (Path(django_settings.BASE_DIR) / "docs" / "api.md").read_text()
SITES = "site_url,expected_name\nSHOP/kettle-one-litre/,Pour-over kettle 1 l\nSHOP/mug-speckle/,Mug Speckle\n"
pytestmark = pytest.mark.django_db(transaction=True)


def recipe(heading: str, language: str) -> str:
    """The block of code below a heading."""
    below = DOCUMENT.partition(f"### {heading}\n")[2]
    found = re.search(rf"```{language}\n(.*?)```", below, re.DOTALL)
    assert found, heading
    return found[1]


def namespace(heading: str) -> dict[str, Any]:
    """The names that a Python recipe defines."""
    names: dict[str, Any] = {"__name__": "recipe"}
    exec(recipe(heading, "python"), names)
    return names


@pytest.fixture
def environment(
    live_server: LiveServer, organization: Organization, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """The address and a key, as the recipes want them."""
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
    settings.MINO_ALLOWED_PORTS = [urlsplit(live_server.url).port]
    given = {"MINO": live_server.url, "MINO_API_KEY": new_key(organization)}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


@pytest.fixture
def working(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A worker that takes what comes, as long as the test runs."""
    settings.MEDIA_ROOT = tmp_path / "media"
    worker, ended = Worker(Agents()), threading.Event()

    def work() -> None:
        while not ended.is_set():
            worker.run_slot()
            ended.wait(0.2)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join(60)
    worker.close()


@pytest.fixture
def events(settings: Settings) -> Iterator[None]:
    """The event server."""
    running = uvicorn.Server(uvicorn.Config(application(), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        thread.join(0.01)
    settings.EVENTS_URL = f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    yield
    running.should_exit = True
    thread.join(20)


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("jq") is None, reason="curl or jq is not here")
@pytest.mark.usefixtures("working")
def test_from_a_file_to_its_accuracy(
    environment: Mapping[str, str], project: Project, tmp_path: Path, live_server: LiveServer
) -> None:
    (tmp_path / "sites.csv").write_text(SITES.replace("SHOP", f"{live_server.url}/sample-site/goods"))
    command = ["bash", "-eu", "-o", "pipefail", "-c", recipe("From a file to its accuracy", "bash")]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **environment}, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(rb"accuracy [01](\.\d+)? of 2 cells\n", done.stdout)
    assert Execution.objects.get().api_key is not None


@pytest.mark.usefixtures("environment", "working", "events")
def test_a_gate_opens_and_closes(batch: Batch, capsys: pytest.CaptureFixture[str], live_server: LiveServer) -> None:
    for row in batch.rows.all():
        row.url = f"{live_server.url}/sample-site/goods/kettle-one-litre/"
        row.truth = {"title": "Something else", "price": ""}
        row.save()
    gate = namespace("A gate for CI")["gate"]
    assert gate(str(batch.pk), 0.0)
    assert not gate(str(batch.pk), 0.9)
    assert "95 % interval" in capsys.readouterr().out


def test_many_cells_are_corrected(environment: Mapping[str, str], batch: Batch) -> None:
    rows = list(batch.rows.order_by("position"))
    correct: Callable[..., int] = namespace("Correcting many cells of truth")["correct"]
    values = {row.url: f"{row.position}.95" for row in rows[:2]}
    assert correct(str(batch.pk), "price", values, "Looked up") == 2
    assert correct(str(batch.pk), "price", values, "Looked up") == 0
    revisions = TruthRevision.objects.filter(batch=batch)
    assert {(one.after, one.reason) for one in revisions} == {("1.95", "Looked up"), ("2.95", "Looked up")}
