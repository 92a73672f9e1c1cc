"""Starts MINO's processes as the Procfile does, and Locust, each writing to a file of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from mino.tests.processes import ROOT, environment, procfile

LOCUST = ROOT / ".venv-load" / "bin" / "locust"
PROCESSES = ("web", "worker", "beat", "events")
IDLE = 10
"""Percent of a processor: a worker that uses less for `IDLE_FOR` seconds, longer than its sweeps are apart, is idle."""
IDLE_FOR = 35


def find_locust() -> str:
    """The program. Raises RuntimeError where it is not installed."""
    found = str(LOCUST) if LOCUST.exists() else shutil.which("locust")
    if not found:
        raise RuntimeError("Locust is not installed: `make bench` does that, into .venv-load.")
    return found


@dataclass(frozen=True)
class Site:
    """What is measured: its address, and the web server's process."""

    url: str
    server: psutil.Process

    def cpu_seconds(self) -> float:
        """What the web server and its workers have used of the processors."""
        family = [self.server, *self.server.children(recursive=True)]
        return sum(times.user + times.system for times in (process.cpu_times() for process in family))


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextlib.contextmanager
def started(command: str, log: Path, variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of the Procfile; what it says goes to the file. It is asked to end when the block is left."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            cwd=ROOT,
            env=environment(**variables),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def mino(folder: Path, shop_port: int) -> Iterator[Site]:
    """All processes of MINO."""
    port, events_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    variables = {
        "PORT": str(port),
        "WEB_CONCURRENCY": str(os.cpu_count() or 1),
        "MINO_PUBLIC_URL": url,
        "MINO_TRUSTED_PROXIES": "1",
        "MINO_EVENTS_PORT": str(events_port),
        "MINO_EVENTS_URL": f"http://127.0.0.1:{events_port}",
        "MINO_ALLOWED_NETWORKS": "127.0.0.1/32",
        "MINO_ALLOWED_PORTS": str(shop_port),
    }
    with contextlib.ExitStack() as stack:
        running = {
            name: stack.enter_context(started(procfile()[name], folder / f"{name}.log", variables))
            for name in PROCESSES
        }
        wait_until_ready(f"{url}/health/ready?strict=1")
        wait_until_idle(psutil.Process(running["worker"].pid))
        yield Site(url, psutil.Process(running["web"].pid))


@contextlib.contextmanager
def bare(folder: Path) -> Iterator[Site]:
    """The bare view behind the same server."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = procfile()["web"].replace("mino.wsgi", "benchmarks.load.bare_site")
    variables = {"PORT": str(port), "WEB_CONCURRENCY": str(os.cpu_count() or 1)}
    with started(command, folder / "bare.log", variables) as server:
        wait_until_ready(f"{url}/bare/00000000-0000-7000-8000-000000000000")
        yield Site(url, psutil.Process(server.pid))


def wait_until_idle(process: psutil.Process, seconds: float = 300) -> None:
    """Wait until it has done in the background what filling left to do. Raises RuntimeError."""
    until = time.monotonic() + seconds
    process.cpu_percent()
    while time.monotonic() < until:
        time.sleep(IDLE_FOR)
        if process.cpu_percent() < IDLE:
            return
    raise RuntimeError("The worker had work to do all the time.")


def wait_until_ready(url: str, seconds: float = 60) -> None:
    """Wait until the address answers 200. Raises RuntimeError."""
    until = time.monotonic() + seconds
    told = "nothing"
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.get(url)
            if answer.status_code == 200:
                return
            told = answer.text
        time.sleep(0.5)
    raise RuntimeError(f"{url} answered {told}.")
