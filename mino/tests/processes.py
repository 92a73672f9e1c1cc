"""Starts MINO's own processes beside a test, on the test's database and broker."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parent.parent.parent


def database_url() -> str:
    """The address of the test's database."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    host = quote(str(database["HOST"]), safe="")
    user = quote(str(database["USER"] or ""), safe="")
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgresql://{user + '@' if user else ''}{host}{port}/{database['NAME']}"


def environment(**variables: str) -> dict[str, str]:
    """The environment in which a process works on the test's own data."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mino.settings",
        "MINO_DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": database_url(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        **variables,
    }


def procfile() -> dict[str, str]:
    """The commands of the Procfile by process name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is so; fails the test after a generous while."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)


@contextlib.contextmanager
def running(name: str, variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process of the Procfile; it is asked to end (SIGTERM) when the block is left."""
    process = subprocess.Popen(
        ["sh", "-c", f"exec {procfile()[name]}"], cwd=ROOT, env=environment(**variables), start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(90)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
