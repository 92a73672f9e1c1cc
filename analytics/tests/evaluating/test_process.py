"""The command as a process of its own, on a fresh database."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from analytics.tests.evaluating.conftest import Write

WHAT = "Return the price of the product."
PATIENCE = 120


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing set but where the data goes, and that pages of this machine may be visited."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MINO_", "DJANGO_", "EVA_"))}
    for name in ("DATABASE_URL", "REDIS_URL"):
        kept.pop(name, None)
    return {**kept, "MINO_DATA_DIR": str(tmp_path / "var"), "MINO_ALLOWED_NETWORKS": "127.0.0.0/8"}


def manage(environment: dict[str, str], *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=pipe, stderr=pipe, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def test_a_database_without_tables_is_explained(environment: dict[str, str], sites: Path) -> None:
    code, out, err = finish(manage(environment, "evaluate", sites, "--instructions", WHAT, "--json"))
    assert (code, out) == (2, ""), err
    assert "python manage.py migrate" in err


def test_a_database_that_can_not_be_reached_is_explained(environment: dict[str, str], sites: Path) -> None:
    elsewhere = {**environment, "DATABASE_URL": "sqlite:////dev/null/mino.sqlite3"}
    code, out, err = finish(manage(elsewhere, "evaluate", sites, "--instructions", WHAT, "--json"))
    assert (code, out) == (2, ""), err
    assert err.startswith("The database can't be reached, as DATABASE_URL names it: unable to open")


def test_on_a_just_migrated_database_standard_output_is_one_object(environment: dict[str, str], sites: Path) -> None:
    assert finish(manage(environment, "migrate", "-v", "0")) == (0, "", "")
    arguments = ["evaluate", sites, "--instructions", WHAT, "--json", "--min-accuracy", "99"]
    code, out, err = finish(manage(environment, *arguments))
    assert code == 1, err
    assert json.loads(out)["jobs"]["completed"] == 2
    assert "Traceback" not in err
    assert not list((Path(environment["MINO_DATA_DIR"]) / "broker" / "queue").iterdir())


def test_interrupted_it_keeps_what_is_done(environment: dict[str, str], shop: str, write: Write) -> None:
    assert finish(manage(environment, "migrate", "-v", "0")) == (0, "", "")
    pages = [f"{shop}/kettle/1", f"{shop}/slow", f"{shop}/kettle/2"]
    sites = write("slow.csv", "site_url,expected_sku\n" + "".join(f"{page},K-1\n" for page in pages))
    arguments = ["evaluate", sites, "--instructions", WHAT, "--json", "--concurrency", "1", "--export"]
    process = manage(environment, *arguments, sites.with_name("out.json"))
    wait_for_completed(environment, 1)
    process.send_signal(signal.SIGINT)
    code, out, err = finish(process)
    assert code == 130, err
    jobs = json.loads(out)["jobs"]
    assert (jobs["completed"], jobs["stopped"], jobs["running"], jobs["queued"]) == (1, 2, 0, 0)
    statuses = [row["status"] for row in json.loads(sites.with_name("out.json").read_text())["rows"]]
    assert statuses == ["completed", "stopped", "stopped"]


def wait_for_completed(environment: dict[str, str], count: int) -> None:
    """Until so many jobs are completed in that process's database."""
    path = Path(environment["MINO_DATA_DIR"]) / "mino.sqlite3"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with sqlite3.connect(path, timeout=20) as database:
            query = "SELECT count(*) FROM executions_job WHERE status = 'completed'"
            if database.execute(query).fetchone()[0] >= count:
                return
        time.sleep(0.1)
    pytest.fail("The command did not get anywhere.")
