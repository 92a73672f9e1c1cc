"""The recipes of the documentation run as they stand: against the running application, a worker, the event server."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from standardwebhooks import Webhook

from executions.agents.base import Agent, AgentError, ErrorCode, Reporter, Task
from executions.models import Execution, ExecutionEvent
from executions.services.creation import execution_create
from executions.tests.engine.agents import ScriptedAgent
from mino.tests.api.programs import programs, run, write_programs
from mino.tests.factories import BatchFactory
from projects.models import Batch, Project, TruthRevision
from projects.services.versions import version_create
from webhooks.models import Delivery, Subscription
from webhooks.sending.sender import send_due
from webhooks.tests.receiver import Receiver, receiving, status

SITES = "site_url,expected_name\nSHOP/kettle-one-litre/,Pour-over kettle 1 l\nSHOP/mug-speckle/,Mug Speckle\n"
Program = Callable[..., subprocess.CompletedProcess[str]]
Work = Callable[[Mapping[str, Agent]], None]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not all(map(shutil.which, ("curl", "jq", "openssl"))), reason="curl, jq or openssl is not on this machine"
    ),
]
in_both = pytest.mark.parametrize("kind", ["sh", "py"])


@pytest.fixture
def program(environment: Mapping[str, str], tmp_path: Path) -> Program:
    """Starts a program of the documentation and waits for its end."""
    write_programs(tmp_path)
    return lambda name, *arguments, **more: run(
        name, *map(str, arguments), folder=tmp_path, environment={**environment, **more}
    )


@pytest.fixture
def receiver(settings: Settings, environment: Mapping[str, str]) -> Iterator[Receiver]:
    """A server that may be called."""
    with receiving() as running:
        settings.MINO_ALLOWED_PORTS = [running.port, *settings.MINO_ALLOWED_PORTS]
        yield running


def closed(request: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    request.close_connection = True


def cut_off(request: BaseHTTPRequestHandler) -> None:
    """Close the connection in the middle of an answer."""
    request.send_response(201)
    request.send_header("Content-Length", "100")
    request.end_headers()
    request.wfile.write(b'{"id": ')
    request.close_connection = True


def answer(task: Task, reporter: Reporter) -> dict[str, Any]:
    """The truth of the row; a wrong title by instructions that ask for it, none by those that are refused."""
    number = task.url.removeprefix("https://shop").partition(".")[0]
    if "refuse" in task.instructions:
        raise AgentError(ErrorCode.AGENT_BALANCE, "No credit is left.", transient=False, pause=True)
    return {"title": "Spade" if "guess" in task.instructions else f"Kettle {number}", "price": f"{number}.50"}


def version(project: Project, text: str, *, in_production: bool = False) -> int:
    """The number of a new version of the instructions."""
    return version_create(project=project, user=None, text=text, set_as_production=in_production).number


@in_both
@pytest.mark.usefixtures("working")
def test_from_a_file_to_its_accuracy(
    program: Program, project: Project, tmp_path: Path, live_server: LiveServer, kind: str
) -> None:
    (tmp_path / "sites.csv").write_text(SITES.replace("SHOP", f"{live_server.url}/sample-site/goods"))
    done = program(f"from_file.{kind}", "sites.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "accuracy 0.5 of 2 cells, 0 rows without an answer\n"
    assert (tmp_path / "results.csv").read_bytes().count(b"\r\n") == 3
    assert Execution.objects.get().api_key is not None


@in_both
@pytest.mark.usefixtures("working", "project")
def test_a_file_with_errors_is_told(program: Program, tmp_path: Path, kind: str) -> None:
    (tmp_path / "sites.csv").write_text("site_url,expected_name\nnowhere,Kettle\n")
    done = program(f"from_file.{kind}", "sites.csv")
    assert done.returncode != 0
    assert "checked" in done.stderr
    assert not Execution.objects.exists()


WAITING = {
    "sh": """. ./mino_api.sh
api() {
  if [ -e asked ]; then echo '{"status": "ready"}'; return; fi
  touch asked
  echo '{"status": "checked", "starts_by_itself": true}'
}
wait_for nowhere "ready checked" | jq -r .status
""",
    "py": """import types, mino_api
told = iter([{"status": "checked", "starts_by_itself": True}, {"status": "ready"}])
mino_api.call = lambda *asked: types.SimpleNamespace(json=lambda: next(told))
print(mino_api.wait_for("/nowhere", "ready", "checked")["status"])
""",
}


@in_both
def test_an_import_that_starts_by_itself_is_waited_for(program: Program, tmp_path: Path, kind: str) -> None:
    (tmp_path / f"waiting.{kind}").write_text(WAITING[kind])
    done = program(f"waiting.{kind}")
    assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr


@in_both
def test_a_gate_opens_and_closes(program: Program, batch: Batch, work: Work, kind: str) -> None:
    work({"local": ScriptedAgent(answer)})
    is_open = program(f"gate.{kind}", batch.pk, "0.9", BUILD_ID="1")
    assert (is_open.returncode, is_open.stderr) == (0, "")
    assert "completed: 1" in is_open.stdout
    assert "of 6 cells, 95 % interval 0.4" in is_open.stdout
    again = program(f"gate.{kind}", batch.pk, "1.01", BUILD_ID="1")
    assert again.returncode == 1
    assert again.stdout == is_open.stdout
    assert Execution.objects.count() == 1, "the same build starts nothing twice"


@in_both
def test_a_gate_is_closed_where_nothing_can_be_told(program: Program, batch: Batch, work: Work, kind: str) -> None:
    work({"local": ScriptedAgent(answer)})
    batch.rows.update(truth={}, has_truth=False)
    without_truth = program(f"gate.{kind}", batch.pk, "0")
    assert without_truth.returncode == 1
    assert "of 0 cells" in without_truth.stdout
    version(batch.project, "refuse this", in_production=True)
    paused = program(f"gate.{kind}", batch.pk, "0")
    assert paused.returncode == 1
    assert "paused" in paused.stdout


@in_both
def test_a_worse_version_is_told_from_an_equal_one(program: Program, project: Project, work: Work, kind: str) -> None:
    work({"local": ScriptedAgent(answer)})
    batch = BatchFactory(project=project, rows=12)
    worse, equal = version(project, "guess the title"), version(project, "the same in other words")
    found = program(f"compare.{kind}", batch.pk, 1, worse)
    assert (found.returncode, found.stdout) == (1, "Version 2 compared with version 1: worse\n"), found.stderr
    found = program(f"compare.{kind}", batch.pk, 1, equal)
    assert found.returncode == 0, found.stderr
    assert "worse" not in found.stdout


@in_both
def test_many_cells_are_corrected(program: Program, project: Project, tmp_path: Path, kind: str) -> None:
    batch = BatchFactory(project=project, rows=103)
    rows = list(batch.rows.order_by("position"))
    chosen = {rows[0].url: "9.95", rows[101].url: None, rows[102].url: "“9,95” €"}
    (tmp_path / "truth.json").write_text(json.dumps({**chosen, "https://nowhere.example": "1"}))
    refused = program(f"correct.{kind}", batch.pk, "price", "truth.json", "Looked up")
    assert refused.returncode != 0
    assert "https://nowhere.example" in refused.stderr
    assert not TruthRevision.objects.exists()
    (tmp_path / "truth.json").write_text(json.dumps(chosen))
    for changed in (3, 0):
        done = program(f"correct.{kind}", batch.pk, "price", "truth.json", "Looked up")
        assert (done.returncode, done.stdout) == (0, f"{changed} cells changed\n"), done.stderr
    revisions = TruthRevision.objects.filter(batch=batch)
    assert {(one.after, one.reason) for one in revisions} == {(value, "Looked up") for value in chosen.values()}


def test_a_webhook_is_made_and_tried(program: Program, receiver: Receiver) -> None:
    done = program("subscribe.sh", receiver.url())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("whsec_")
    assert set(Subscription.objects.get().events) == {"execution.completed", "execution.paused", "export.ready"}
    send_due()
    assert Delivery.objects.get().status == "delivered"
    assert Webhook(done.stdout.strip()).verify(receiver.calls[0].body, dict(receiver.calls[0].headers))["data"]["test"]


@in_both
@pytest.mark.usefixtures("events")
def test_an_execution_is_followed(program: Program, batch: Batch, work: Work, kind: str) -> None:
    work({"local": ScriptedAgent(answer)})
    newest = batch.project.versions.get()
    execution = execution_create(batch=batch, user=None, instruction_version=newest, agent="local")
    done = program(f"follow.{kind}", execution.pk)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("job.finished") == ExecutionEvent.objects.filter(type="job.finished").count() > 0
    assert "completed" in done.stdout.splitlines()[-1]


def test_who_follows_a_stream_comes_back_to_what_was_refused_or_broke(program: Program, receiver: Receiver) -> None:
    """Here the stream has an event, and ends."""
    busy = status(503, b'{"error": "Away"}', Retry_After="0")
    broken = status(200, b'id: 7\nevent: progress\ndata: {"status": "running"}\n\n', Content_Type="text/event-stream")
    receiver.pages[:] = [busy, broken, status(204)]
    done = program("follow.py", uuid4(), MINO=receiver.url(""))
    assert (done.returncode, done.stdout) == (0, 'progress {"status": "running"}\n'), done.stderr
    assert [call.headers["last-event-id"] for call in receiver.calls] == ["0", "0", "7"]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("mine.sh", '. ./mino_api.sh\nonce --json "{}" "$MINO/api/v1/made" | jq -r .id\n'),
        ("mine.py", 'from mino_api import call\nprint(call("POST", "/made", json={}).json()["id"])\n'),
    ],
)
def test_what_is_refused_for_the_moment_is_sent_again(
    program: Program, receiver: Receiver, tmp_path: Path, name: str, lines: str
) -> None:
    (tmp_path / name).write_text(lines)
    busy, away = status(429, b'{"error": "Too much"}', Retry_After="1"), status(503, b'{"error": "Away"}')
    receiver.answer(busy, closed, away, cut_off, status(201, b'{"id": "made"}'))
    done = program(name, MINO=receiver.url(""))
    assert (done.returncode, done.stdout) == (0, "made\n"), done.stderr
    assert len(receiver.calls) == 5
    assert len({call.headers["idempotency-key"] for call in receiver.calls}) == 1
    receiver.answer(status(409, b'{"error": "Not in this state"}'))
    refused = program(name, MINO=receiver.url(""))
    assert refused.returncode != 0
    assert "Not in this state" in refused.stderr
    assert len(receiver.calls) == 6


def test_every_program_is_run_here() -> None:
    tests = Path(__file__).read_text() + (Path(__file__).parent / "test_client.py").read_text()
    for name in programs():
        stem, _, ending = name.partition(".")
        assert f'"{name}"' in tests or f'f"{stem}.{{kind}}"' in tests or stem == "mino_api" or ending == "yaml", name
