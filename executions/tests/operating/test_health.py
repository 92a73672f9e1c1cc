"""What balancers and monitors are told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from executions.models import Heartbeat, HeartbeatKind
from executions.operating.health import check_beat, check_queue, check_workers
from executions.operating.signs import beat_seen, worker_seen
from executions.tests.operating.conftest import Running
from mino.tests.processes import database_url

NOWHERE = "postgresql://nobody@127.0.0.1:1/mino"
ASK = """
import django
django.setup()
from django.test import Client
client = Client(headers={"host": "10.1.2.3", "cookie": "sessionid=abc"})
for path in ("/health/live", "/health/ready"):
    answer = client.get(path)
    print(answer.status_code, answer.content.decode())
"""


@pytest.fixture
def all_is_well(db: None, now: datetime) -> None:
    beat_seen(now)
    worker_seen("here:1", started_at=now, now=now, details={})


def asked(**variables: str) -> list[tuple[int, Any]]:
    """What a process of its own answers to the two probes, sent by somebody with a session, to an IP address."""
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "mino.settings", **variables}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=variables, cwd=configured.BASE_DIR, capture_output=True, text=True, check=True
    )
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return [(int(status), json.loads(found)) for status, found in lines]


@pytest.mark.parametrize("database", [NOWHERE, "sqlite:////proc/nowhere/mino.sqlite3"])
def test_without_a_database_a_process_lives_but_is_not_ready(tmp_path: Path, database: str) -> None:
    live, ready = asked(DATABASE_URL=database, MINO_DATA_DIR=str(tmp_path), REDIS_URL="")
    assert live == (200, {"live": True})
    assert ready[0] == 503
    checks = ready[1]["checks"]
    assert checks["database"] == {"ok": False, "text": "The database does not answer."}
    assert checks["workers"] == {"ok": False, "text": "Not known: the database does not answer."}
    assert checks["broker"]["ok"]


@pytest.mark.django_db(transaction=True)
def test_a_process_that_has_just_started_is_ready(now: datetime) -> None:
    beat_seen(now)
    _, (status, found) = asked(DATABASE_URL=database_url())
    assert (status, found["ready"]) == (200, True)
    assert found["checks"]["beat"]["ok"]
    assert not found["checks"]["workers"]["ok"]


def test_without_the_tables_a_process_is_degraded(tmp_path: Path) -> None:
    _, (status, found) = asked(
        DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}", MINO_DATA_DIR=str(tmp_path), REDIS_URL=""
    )
    assert (status, found["ready"], found["degraded"]) == (200, True, True)
    assert found["checks"]["queue"]["text"] == "Not known: the database could not be asked."


@pytest.mark.django_db
def test_alive_asks_nobody(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"live": True})


@pytest.mark.usefixtures("all_is_well")
def test_ready_while_all_is_well(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(5):
        answer = client.get("/health/ready", {"strict": "1"})
    assert (answer.status_code, answer.json()["ready"], answer.json()["degraded"]) == (200, True, False)
    assert answer.json()["checks"]["workers"]["text"] == "1 worker was seen in the last 30 seconds."
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


@pytest.mark.django_db
def test_missing_workers_take_no_web_process_away_unless_asked_strictly(client: Client) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["ready"], answer.json()["degraded"]) == (200, True, True)
    assert client.get("/health/ready", {"strict": "1"}).status_code == 503


@pytest.mark.usefixtures("all_is_well")
def test_a_broker_that_takes_nothing_makes_unready(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "missing")}
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["broker"]["ok"]) == (503, False)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert client.get("/health/ready").status_code == 503


@pytest.mark.django_db
def test_who_was_not_seen_for_thirty_seconds_is_missed(now: datetime) -> None:
    beat_seen(now)
    worker_seen("here:1", started_at=now, now=now, details={})
    Heartbeat.objects.create(name="sweep", kind=HeartbeatKind.BEAT, started_at=now, seen_at=now + timedelta(hours=1))
    soon, late = now + timedelta(seconds=30), now + timedelta(seconds=31)
    assert (check_beat(soon).ok, check_workers(soon).ok) == (True, True)
    assert (check_beat(late).ok, check_workers(late).ok) == (False, False)


def test_a_queue_that_is_old_is_not_well(running: Running, now: datetime) -> None:
    running(changed_at=now - timedelta(seconds=60), queued_jobs=1)
    assert check_queue(now).text == "What could run waits for 60 seconds at most."
    assert check_queue(now).ok
    assert not check_queue(now + timedelta(seconds=1)).ok


@pytest.mark.usefixtures("all_is_well")
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_are_not_sent_to_https_nor_refused_for_their_host(client: Client, path: str) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["mino.example.com"]):
        assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200
        assert client.get("/", headers={"host": "mino.example.com"}).status_code == 301


@pytest.mark.django_db
def test_probes_change_nothing(client: Client) -> None:
    assert client.post("/health/ready").status_code == 405
