"""A PostgreSQL cluster and a Redis server of the trials' own, on free ports; the machine's are never touched."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from glob import glob
from pathlib import Path
from urllib.parse import quote

import redis

WAIT_SECONDS = 30.0
DATABASE = "mino"


class ServiceMissing(Exception):
    """A program that the trials need is not installed."""


def missing_programs() -> list[str]:
    """What has to be installed before trials can be run, in words."""
    missing = [] if _postgresql_bin() else ["PostgreSQL (initdb, pg_ctl)"]
    return missing if shutil.which("redis-server") else [*missing, "redis-server"]


def free_port() -> int:
    """A port that nobody uses, and that the system gives nobody who asks for any port, until somebody listens there."""
    for port in random.SystemRandom().sample(range(20_000, 30_000), 100):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise ServiceMissing("None of a hundred ports is free.")


class OwnPostgreSQL:
    """A cluster in `folder`, reached by a socket there. `options` are further settings of the server, `name=value`."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        found = _postgresql_bin()
        if found is None:
            raise ServiceMissing("PostgreSQL is not installed: there is no initdb.")
        self._bin = found
        self._folder = folder
        self._port = free_port()
        self._options = "".join(f" -c {one}" for one in options)
        folder.mkdir()
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self._run_bare("createdb", "-h", str(folder), "-p", str(self._port), "-U", "postgres", DATABASE)

    @property
    def url(self) -> str:
        """The address of the database."""
        return f"postgresql://postgres@{quote(str(self._folder), safe='')}:{self._port}/{DATABASE}"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = f"-p {self._port} -c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off"
        options += self._options
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def restart(self, mode: str) -> None:
        """Restart it: `fast` ends all connections, `immediate` is a crash with recovery."""
        self._run("pg_ctl", "-w", "-m", mode, "-l", str(self._folder / "log"), "restart")

    def stop(self) -> None:
        """Stop it for good."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        self._run_bare(program, "-D", str(self._folder / "data"), *arguments)

    def _run_bare(self, program: str, *arguments: str) -> None:
        prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        run_quietly([*prefix, str(self._bin / program), *arguments], self._folder / "commands.log")


class OwnRedis:
    """A Redis server that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise ServiceMissing("Redis is not installed: there is no redis-server.")
        folder.mkdir()
        self._folder = folder
        self._port = free_port()
        self._command = [program, "--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command += ["--save", "", "--appendonly", "no"]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """The address of a database there."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start the server unless it runs, and wait until it answers."""
        if self._process is not None:
            return
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + WAIT_SECONDS
        while not self._answers():
            if time.monotonic() > until:
                raise TimeoutError("The Redis server of the trials does not answer.")
            time.sleep(0.05)

    def flush(self) -> None:
        """Forget everything: queues, caches, counters."""
        if self._process is not None:
            with redis.from_url(self.url) as client:
                client.flushall()

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with redis.from_url(self.url, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


def run_quietly(command: Sequence[str], log: Path) -> None:
    """Run a command whose words go to a file. Raises RuntimeError with them when it fails."""
    with log.open("ab") as output:
        # Its output must be a file: a server that it starts keeps it open, and a pipe would never end.
        done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text()[-2000:]}")


def _postgresql_bin() -> Path | None:
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"))
    program = found[-1] if found else shutil.which("initdb")
    return Path(program).parent if program else None
