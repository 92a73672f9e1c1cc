"""Executions at concurrency 50 by one worker process, beside the same HTTP calls by 50 bare threads.

The agent is `agentql` against a server on this machine that speaks its protocol and answers after a while. The worker
is the one of the Procfile, and has run a few jobs before: it is the machine that is measured, not its start.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from celery import current_app
from django.test import override_settings

from benchmarks.children import peak_memory
from benchmarks.figures import Figure
from benchmarks.importing import write_file
from benchmarks.workspace import bench_project, production_version
from executions.agents.agentql import identifiers, request_of
from executions.agents.base import Task, WantedField
from executions.engine.plan import column_specs
from executions.models import Execution
from executions.services.creation import execution_create
from mino.tests.processes import ROOT, running
from projects.importing.files import import_file
from projects.models import Batch

CONCURRENCY = 50
WARM_UP = 100
CASES = ((500, 2.0, 95), (1_000, 0.2, 80))
"""Jobs, seconds until the agent answers, and the percentage of the ideal that is aimed at."""
SERVER = "executions.tests.agents.servers.agentql_server"
KEY = "good-key"


def run(folder: Path, scale: float) -> list[Figure]:
    """Run each case with a worker of its own."""
    figures = []
    with override_settings(AGENTQL_API_KEY=KEY):
        for jobs, delay, aim in CASES:
            figures += _case(folder, int(jobs * scale), delay, aim)
    return figures


def _case(folder: Path, jobs: int, delay: float, aim: float) -> list[Figure]:
    batch = _batch(folder / f"{jobs}.csv", jobs)
    with _agent(delay) as port:
        variables = {"AGENTQL_API_URL": f"http://127.0.0.1:{port}", "AGENTQL_API_KEY": KEY}
        with running("worker", variables) as process:
            _wait_for_worker()
            _execute(_batch(folder / "warm.csv", WARM_UP))
            worker = psutil.Process(process.pid)
            before = worker.cpu_times()
            execution = _execute(batch)
            after = worker.cpu_times()
            peak = peak_memory(process.pid)
        floor = bare_threads(port, execution, jobs)
    if execution.completed_jobs != jobs:
        raise RuntimeError(f"Only {execution.completed_jobs} of {jobs} jobs were completed.")
    seconds = _seconds(execution)
    ideal = jobs * delay / CONCURRENCY
    cpu = (after.user + after.system - before.user - before.system) / jobs * 1000
    what = f"{jobs:,} jobs of {delay:g} s"
    return [
        Figure(f"{what}: share of the ideal", ideal / seconds * 100, "%", ideal / floor * 100, aim=aim),
        Figure(f"{what}: seconds", seconds, "s", floor, less=True),
        Figure(f"{what}: worker's CPU time per job", cpu, "ms", less=True),
        Figure(f"{what}: worker's peak memory", peak, "MB", aim=150, less=True),
    ]


def _seconds(execution: Execution) -> float:
    if execution.started_at is None or execution.finished_at is None:
        raise RuntimeError(f"{execution} did not run.")
    return (execution.finished_at - execution.started_at).total_seconds()


def _batch(path: Path, rows: int) -> Batch:
    write_file(path, rows)
    with path.open("rb") as file:
        return import_file(project=bench_project(), user=None, file=file, filename=path.name).batch


def _execute(batch: Batch) -> Execution:
    """Start an execution over all rows of the batch and wait until it has ended."""
    version = production_version(batch.project)
    execution = execution_create(
        batch=batch, user=None, instruction_version=version, agent="agentql", concurrency=CONCURRENCY
    )
    until = time.monotonic() + 300
    while not execution.is_finished:
        if time.monotonic() > until:
            raise RuntimeError(f"The execution has not ended: {execution.final_jobs} of {execution.total_jobs} jobs.")
        time.sleep(0.5)
        execution.refresh_from_db()
    return execution


@contextmanager
def _agent(delay: float) -> Iterator[int]:
    """The server that plays AgentQL, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", SERVER, "--port", str(port), "--delay", str(delay)]
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


def _wait_for_worker() -> None:
    for _ in range(60):
        if current_app.control.ping(timeout=0.5):
            return
    raise RuntimeError("The worker did not start. Does it use the same Redis?")


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
