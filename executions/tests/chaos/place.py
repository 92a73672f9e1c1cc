"""Where the trials take place: a temporary folder with services, and the processes of MINO that work on them."""

from __future__ import annotations

import contextlib
import json
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from executions.tests.chaos.children import Child, spawn
from executions.tests.chaos.services import WAIT_SECONDS, OwnPostgreSQL, OwnRedis, free_port
from executions.tests.chaos.setting_up import set_up


@dataclass
class Place:
    """Services and processes. `workers` are those that nobody has asked to end; `leaving` those that were asked."""

    folder: Path
    postgresql: OwnPostgreSQL
    redis: OwnRedis
    eva_port: int = field(default_factory=free_port)
    workers: list[Child] = field(default_factory=list)
    leaving: list[Child] = field(default_factory=list)
    beat: Child | None = None
    eva: Child | None = None
    started: int = 0

    def start_worker(self) -> Child:
        """Start one more worker."""
        worker = self._start("worker")
        self.workers.append(worker)
        return worker

    def start_beat(self) -> None:
        """Start beat unless it runs."""
        if self.beat is None or not self.beat.runs:
            self.beat = self._start("beat")

    def kill_beat(self) -> None:
        """End beat at once."""
        if self.beat is not None:
            self.beat.kill()

    def kill_worker(self, worker: Child) -> None:
        """End a worker at once."""
        worker.kill()
        self.workers.remove(worker)

    def start_eva(self, options: Sequence[str]) -> None:
        """Start the agent's server anew, with the weather of `options`, and wait until it answers."""
        if self.eva is not None:
            self.eva.kill()
        module = "executions.tests.agents.servers.eva_server"
        self.eva = self._spawn("eva", [sys.executable, "-m", module, "--port", str(self.eva_port), *options])
        until = time.monotonic() + WAIT_SECONDS
        while True:
            with contextlib.suppress(URLError):
                self.remote_runs()
                return
            if time.monotonic() > until:
                raise TimeoutError("The agent's server does not answer.")
            time.sleep(0.05)

    def remote_runs(self) -> list[dict[str, Any]]:
        """Every run that the agent's server was asked for since it was started."""
        with urlopen(f"http://127.0.0.1:{self.eva_port}/_runs", timeout=10) as answer:
            runs: list[dict[str, Any]] = json.load(answer)
            return runs

    def make_whole(self, workers: int) -> None:
        """Begin a trial with everything there: services, beat, so many workers."""
        self.redis.start()
        self.start_beat()
        for worker in self.workers:
            worker.send(signal.SIGCONT)
        self.workers = [worker for worker in self.workers if worker.runs]
        while len(self.workers) < workers:
            self.start_worker()
        for worker in self.workers[workers:]:
            self.kill_worker(worker)

    def close(self) -> None:
        """End everything."""
        for child in [*self.workers, *self.leaving, self.beat, self.eva]:
            if child is not None:
                child.kill()
        self.redis.kill()
        self.postgresql.stop()

    def _start(self, name: str) -> Child:
        from mino.tests.processes import procfile  # its imports need Django's settings

        return self._spawn(name, shlex.split(procfile()[name]))

    def _spawn(self, name: str, command: Sequence[str]) -> Child:
        self.started += 1
        return spawn(name, command, self.folder / "logs" / f"{self.started:04}-{name}")


@contextlib.contextmanager
def own_place() -> Iterator[Place]:
    """Services with a migrated database, and Django set up on them. All is ended and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mino-chaos-", ignore_cleanup_errors=True) as name, _interruptible():
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user
        (folder / "logs").mkdir()
        with contextlib.ExitStack() as to_close:
            redis = OwnRedis(folder / "redis")
            to_close.callback(redis.kill)
            postgresql = OwnPostgreSQL(folder / "postgresql")
            to_close.callback(postgresql.stop)
            place = Place(folder, postgresql, redis)
            to_close.callback(place.close)
            set_up(place.folder, database=postgresql.url, broker=redis.url, eva_port=place.eva_port)
            yield place


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM end the trials as Ctrl-C does, so that everything is cleared away."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
