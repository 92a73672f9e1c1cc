"""Executions at concurrency 50 by one and by two worker processes, beside the same HTTP calls by 50 bare threads.

The agents call a server on this machine that speaks their protocol: `agentql` answers after a while, `eva` tells of its
progress all the time. The workers are those of the Procfile, and have run a few jobs before: it is the machine that is
measured, not its start.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from django.test import override_settings

from benchmarks.children import peak_memory
from benchmarks.figures import Figure
from benchmarks.importing import write_file
from benchmarks.workspace import bench_project, production_version
from executions.agents.agentql import identifiers, request_of
from executions.agents.base import Task, WantedField
from executions.engine.plan import column_specs
from executions.models import Execution, Heartbeat
from executions.services.creation import execution_create
from mino.tests.processes import ROOT, running
from projects.importing.files import import_file
from projects.models import Batch

CONCURRENCY = 50
WARM_UP = 100
SERVERS = {
    "agentql": "executions.tests.agents.servers.agentql_server",
    "eva": "executions.tests.agents.servers.eva_server",
}


@dataclass(frozen=True)
class Case:
    """So many jobs of an agent that takes `delay` seconds for each; `aim` is a percentage of the ideal."""

    agent: str
    jobs: int
    delay: float
    workers: int
    aim: float

    @property
    def words(self) -> str:
        """What it is, in a table."""
        workers = "1 worker" if self.workers == 1 else f"{self.workers} workers"
        return f"{self.agent}, {self.jobs:,} jobs of {self.delay:g} s, {workers}"


CASES = (
    Case("agentql", 500, 2.0, workers=1, aim=95),
    Case("eva", 500, 2.0, workers=1, aim=95),
    Case("agentql", 500, 2.0, workers=2, aim=95),
    Case("agentql", 1_000, 0.2, workers=1, aim=80),
    Case("agentql", 1_000, 0.2, workers=2, aim=80),
)
PROGRESS_EVERY = 0.2
KEY = "good-key"


def run(folder: Path, scale: float) -> list[Figure]:
    """Run each case with workers of its own."""
    figures = []
    with override_settings(AGENTQL_API_KEY=KEY, EVA_API_KEY=KEY):
        for case in CASES:
            figures += _case(folder, replace(case, jobs=int(case.jobs * scale)))
    return figures


def _case(folder: Path, case: Case) -> list[Figure]:
    batch = _batch(folder / f"{case.jobs}.csv", case.jobs)
    with _agent(case) as port, _workers(case, port) as workers:
        _execute(_batch(folder / "warm.csv", WARM_UP), case.agent)
        before = _cpu_seconds(workers)
        execution = _execute(batch, case.agent)
        cpu = (_cpu_seconds(workers) - before) / case.jobs * 1000
        peak = max(peak_memory(worker.pid) for worker in workers)
        floor = bare_threads(port, execution, case.jobs) if case.agent == "agentql" else None
    if execution.completed_jobs != case.jobs:
        raise RuntimeError(f"Only {execution.completed_jobs} of {case.jobs} jobs were completed.")
    seconds, ideal = _seconds(execution), case.jobs * case.delay / CONCURRENCY
    floor_share = None if floor is None else ideal / floor * 100
    return [
        Figure(f"{case.words}: share of the ideal", ideal / seconds * 100, "%", floor_share, aim=case.aim),
        Figure(f"{case.words}: seconds", seconds, "s", floor, less=True),
        Figure(f"{case.words}: workers' CPU time per job", cpu, "ms", less=True),
        Figure(f"{case.words}: a worker's peak memory", peak, "MB", aim=150, less=True),
    ]


@contextmanager
def _workers(case: Case, port: int) -> Iterator[list[psutil.Process]]:
    """The worker processes, ready to work."""
    url = f"http://127.0.0.1:{port}"
    variables = {"AGENTQL_API_URL": url, "AGENTQL_API_KEY": KEY, "EVA_API_URL": url, "EVA_API_KEY": KEY}
    with ExitStack() as stack:
        started = [stack.enter_context(running("worker", variables)) for _ in range(case.workers)]
        processes = [psutil.Process(process.pid) for process in started]
        wait_for_workers(processes)
        yield processes


def _cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def _seconds(execution: Execution) -> float:
    if execution.started_at is None or execution.finished_at is None:
        raise RuntimeError(f"{execution} did not run.")
    return (execution.finished_at - execution.started_at).total_seconds()


def _batch(path: Path, rows: int) -> Batch:
    write_file(path, rows)
    with path.open("rb") as file:
        return import_file(project=bench_project(), user=None, file=file, filename=path.name).batch


def _execute(batch: Batch, agent: str) -> Execution:
    """Start an execution over all rows of the batch and wait until it has ended."""
    version = production_version(batch.project)
    execution = execution_create(
        batch=batch, user=None, instruction_version=version, agent=agent, concurrency=CONCURRENCY
    )
    until = time.monotonic() + 300
    while not execution.is_finished:
        if time.monotonic() > until:
            raise RuntimeError(f"The execution has not ended: {execution.final_jobs} of {execution.total_jobs} jobs.")
        time.sleep(0.5)
        execution.refresh_from_db()
    return execution


@contextmanager
def _agent(case: Case) -> Iterator[int]:
    """The server that plays the agent's service, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", SERVERS[case.agent], "--port", str(port), "--delay", str(case.delay)]
    if case.agent == "eva":
        command += ["--progress-every", str(PROGRESS_EVERY)]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        _wait_for_port(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for_port(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server that plays the agent did not start.")


def wait_for_workers(processes: Sequence[psutil.Process]) -> None:
    """Wait until each of these workers has told that it is there. Raises RuntimeError."""
    names = [f"{socket.gethostname()}:{process.pid}" for process in processes]
    for _ in range(60):
        if Heartbeat.objects.filter(name__in=names).count() == len(names):
            return
        time.sleep(0.5)
    raise RuntimeError("The workers did not start. Do they use the same Redis?")


def bare_threads(port: int, execution: Execution, calls: int) -> float:
    """The floor: the same requests by 50 threads with a kept connection each, and nothing else. In seconds."""
    fields = [WantedField(column.name, column.type) for column in column_specs(execution)]
    task = Task("https://shop.example/1", execution.instructions, fields, {}, execution.agent_settings, 60.0)
    body = json.dumps(request_of(task, identifiers(fields)))
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}

    def call() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port)
        for _ in range(calls // CONCURRENCY):
            link.request("POST", "/v1/query-data", body, headers)
            json.loads(link.getresponse().read())
        link.close()

    threads = [threading.Thread(target=call) for _ in range(CONCURRENCY)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
