"""What docs/webhooks.md says is so: its recipes run, its examples are those that are sent as tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Callable
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from mino.tests.processes import ROOT
from webhooks.events import EVENTS
from webhooks.examples import EXAMPLES
from webhooks.models import Delivery, Subscription
from webhooks.sending.sender import send_due
from webhooks.services.subscriptions import subscription_change, subscription_rotate
from webhooks.tests.conftest import come_due
from webhooks.tests.receiver import Call, Receiver

DOCUMENT = (ROOT / "docs" / "webhooks.md").read_text()
Happen = Callable[..., None]


def recipes(language: str) -> list[str]:
    """The blocks of code in that language."""
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


def python() -> dict[str, Any]:
    """The names that the Python recipes define."""
    names: dict[str, Any] = {"__name__": "recipes"}
    for recipe in recipes("python"):
        exec(recipe, names)
    return names


def shell(recipe: str, folder: Path, **variables: str) -> str:
    """What a recipe prints."""
    done = subprocess.run(
        ["sh", "-eu", "-c", recipe],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def call(receiver: Receiver, subscription: Subscription, happen: Happen) -> Call:
    """A call that arrived."""
    happen(title="Kessel aus Kupfer “groß”")
    send_due()
    return receiver.calls[0]


@pytest.mark.django_db
def test_the_python_recipes_tell_genuine_calls_from_others(
    call: Call, secret: str, subscription: Subscription, owner: User, receiver: Receiver, happen: Happen
) -> None:
    names = python()
    signature = call.headers["x-mino-signature"]
    assert names["is_from_mino"](call.body, signature, secret)
    assert not names["is_from_mino"](call.body + b" ", signature, secret)
    assert not names["is_from_mino"](call.body, "", secret)
    assert names["read_call"](call.body, dict(call.headers), secret)["event"] == "batch.imported"
    with pytest.raises(names["WebhookVerificationError"]):
        names["read_call"](call.body, {**call.headers, "webhook-timestamp": "1"}, secret)
    fresh = subscription_rotate(subscription=subscription, user=owner).secret
    happen()
    send_due()
    for one in (secret, fresh):
        assert names["is_from_mino"](receiver.calls[1].body, receiver.calls[1].headers["x-mino-signature"], one)
        names["read_call"](receiver.calls[1].body, dict(receiver.calls[1].headers), one)


@pytest.mark.django_db
def test_the_shell_recipes_make_the_same_signatures(
    call: Call, secret: str, receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "body.json").write_bytes(call.body)
    plain, standard, sending = recipes("sh")
    assert shell(plain, tmp_path, SECRET=secret) == call.headers["x-mino-signature"]
    ids = {"WEBHOOK_ID": call.headers["webhook-id"], "WEBHOOK_TIMESTAMP": call.headers["webhook-timestamp"]}
    assert shell(standard, tmp_path, SECRET=secret, **ids) == call.headers["webhook-signature"]
    shell(sending, tmp_path, SECRET=secret, URL=receiver.url("/from-curl"))
    sent = receiver.calls[-1]
    assert (sent.path, sent.body) == ("/from-curl", call.body)
    assert sent.headers["x-mino-signature"] == call.headers["x-mino-signature"]


@pytest.mark.django_db
def test_the_receiver_of_the_document_handles_each_event_once(
    subscription: Subscription, secret: str, happen: Happen, owner: User, settings: Settings
) -> None:
    names = python()
    handled: list[Any] = []
    failing = [RuntimeError("The database is away.")]

    def handle(call: Any) -> None:
        if failing:
            raise failing.pop()
        handled.append(call)

    names["handle"] = handle
    names["Receiver"].log_message = lambda *_: None
    with HTTPServer(("127.0.0.1", 0), names["Receiver"]) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        settings.MINO_ALLOWED_PORTS = [server.server_port]
        url = f"http://127.0.0.1:{server.server_port}/"
        subscription_change(subscription=subscription, user=owner, url=url, events=list(EVENTS))
        happen(rows=7)
        send_due()
        assert Delivery.objects.get().status_code == 401, "it does not know the secret yet"
        names["SECRET"] = secret
        for _ in range(3):
            Delivery.objects.update(status="pending", due_at=Delivery.objects.get().created_at)
            come_due()
            send_due()
        server.shutdown()
    assert not failing
    assert [call["data"] for call in handled] == [{"rows": 7}], "once, though handling it failed at first"
    answers = Delivery.objects.get().attempt_set.values_list("status_code", flat=True)
    assert list(answers) == [401, None, 204, 204]


def test_the_examples_of_executions_add_up() -> None:
    told = [data for name, data in EXAMPLES.items() if name.startswith("execution.")]
    for data in told:
        total, *counts = (data["jobs"][name] for name in data["jobs"])
        assert total == sum(counts)
        active = sum(data["jobs"][name] for name in ("queued", "running", "retrying"))
        assert (active == 0) == (data["finished_at"] is not None)


def test_every_event_is_described_with_its_example() -> None:
    for kind in EVENTS.values():
        assert re.search(
            rf"^\| \[`{re.escape(kind.name)}`\]\(#[a-z_]+\) \| {re.escape(kind.sentence)} \|$", DOCUMENT, re.M
        )
    overview = (ROOT / "docs" / "api.md").read_text()
    linked = re.findall(r"\[`([a-z_.]+)`\]\(webhooks\.md#([a-z_]+)\)", overview)
    assert linked == [(name, name.replace(".", "")) for name in EVENTS]
    shown = re.findall(r"^### (\S+)\n\n```json\n(.*?)```", DOCUMENT, re.DOTALL | re.MULTILINE)
    assert [(name, json.loads(text)) for name, text in shown] == list(EXAMPLES.items())
