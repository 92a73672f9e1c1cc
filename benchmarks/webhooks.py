"""What other systems are told, by the worker of the Procfile, beside the same calls by bare threads.

Three things: 10,000 jobs that end 50 at a time and are told together; many events that are told one by one; and a
single event, from the commit to its arrival. The receiver is a server on this machine that answers at once.
"""

from __future__ import annotations

import statistics
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from accounts.models import Organization, Plan
from accounts.services import organization_create
from benchmarks.children import in_fresh_process
from benchmarks.execution import wait_for_workers
from benchmarks.figures import Figure
from benchmarks.workspace import bench_user
from mino.common.models import new_id
from mino.tests.processes import running
from webhooks.models import Event
from webhooks.services.publishing import Happening, events_note
from webhooks.services.subscriptions import subscription_create

JOBS = 10_000
AT_ONCE = 50
"""Jobs that end in one transaction: as many as run at a time."""
PAUSE = 0.05
"""Seconds between two such transactions, which makes 1,000 jobs a second: more than one worker ends."""
EVENTS = 2000
ORGANIZATIONS = 4
SINGLE = 30
WAIT = 300.0
JOB = {
    "url": "https://shop.example/products/1",
    "key": "SKU-1",
    "status": "completed",
    "evaluation_result": "pass",
    "result": {"price": "12.50", "availability": "InStock", "brand": "Nord", "email": "sales@shop.example"},
    "result_omitted": False,
    "error": None,
    "attempts": 1,
    "will_retry": False,
    "retry_at": None,
    "cost": 0.01,
}


@dataclass
class Receiver:
    """What arrived: when, and with which body."""

    port: int
    arrived: list[tuple[float, bytes]] = field(default_factory=list)

    def url(self, path: str) -> str:
        """An address of it."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def wait_for(self, calls: int) -> None:
        """Wait until so many calls have arrived. Raises RuntimeError."""
        until = time.monotonic() + WAIT
        while len(self.arrived) < calls:
            if time.monotonic() > until:
                raise RuntimeError(f"Only {len(self.arrived)} of {calls} calls have arrived.")
            time.sleep(0.01)


def run(folder: Path, scale: float) -> list[Figure]:
    """Measure all three with one worker."""
    with receiving() as receiver:
        variables = {"MINO_ALLOWED_NETWORKS": "127.0.0.1/32", "MINO_ALLOWED_PORTS": str(receiver.port)}
        allowed = override_settings(MINO_ALLOWED_NETWORKS=["127.0.0.1/32"], MINO_ALLOWED_PORTS=[receiver.port])
        with allowed, running("worker", variables) as worker:
            process = psutil.Process(worker.pid)
            wait_for_workers([process])
            organizations = [_organization(number, receiver) for number in range(ORGANIZATIONS)]
            _single(organizations[0], receiver)  # warm
            return [
                _single(organizations[0], receiver),
                *_gathered(organizations[0], receiver, int(JOBS * scale)),
                *_one_by_one(organizations, receiver, int(EVENTS * scale), process),
            ]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that answers at once."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.arrived.append((time.time(), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(int(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _organization(number: int, receiver: Receiver) -> Organization:
    """An organization with one subscription."""
    owner, name = bench_user(), f"told-{number}"
    organization = organization_create(name=name, slug=name, owner=owner, plan=Plan.ENTERPRISE)
    subscription_create(
        organization=organization, user=owner, url=receiver.url("hook"), events=["job.completed", "batch.imported"]
    )
    return organization


def _single(organization: Organization, receiver: Receiver) -> Figure:
    """One event at a time, from the commit to its arrival."""
    seconds = []
    for _ in range(SINGLE):
        before = len(receiver.arrived)
        _note([_imported(organization)])
        committed = time.time()
        receiver.wait_for(before + 1)
        seconds.append(receiver.arrived[before][0] - committed)
    return Figure("an event, from the commit to its arrival", statistics.median(seconds) * 1000, "ms", less=True)


def _gathered(organization: Organization, receiver: Receiver, jobs: int) -> Iterator[Figure]:
    """Jobs that end one after the other and are told together."""
    before, subject, began = len(receiver.arrived), new_id(), time.time()
    committed: dict[str, float] = {}
    for start in range(0, jobs, AT_ONCE):
        ids = [str(new_id()) for _ in range(min(AT_ONCE, jobs - start))]
        ended = [{**JOB, "job_id": job_id} for job_id in ids]
        _note([Happening(organization.pk, "job.completed", subject, {"execution_id": subject, "jobs": ended})])
        committed |= dict.fromkeys(ids, time.time())
        time.sleep(PAUSE)
    noted = time.time() - began
    late = _arrivals(receiver, before, committed)
    calls = receiver.arrived[before:]
    yield Figure(f"{jobs:,} jobs: calls", len(calls), "calls", jobs / 100, aim=1.5, aim_is_ratio=True, less=True)
    yield Figure(f"{jobs:,} jobs: from the first commit to the last arrival", calls[-1][0] - began, "s", noted)
    for share in (50, 95):
        cut = statistics.quantiles(late, n=100)[share - 1]
        yield Figure(f"{jobs:,} jobs: from commit to arrival, {share} of 100 within", cut, "s", less=True)


def _arrivals(receiver: Receiver, before: int, committed: dict[str, float]) -> list[float]:
    """The seconds until each job was told. Raises RuntimeError when one is not."""
    until, seen = time.monotonic() + WAIT, before
    late: dict[str, float] = {}
    while len(late) < len(committed):
        if time.monotonic() > until:
            raise RuntimeError(f"Only {len(late)} of {len(committed)} jobs were told.")
        time.sleep(0.02)
        for at, body in receiver.arrived[seen:]:
            seen += 1
            for part in body.split(b'"job_id":"')[1:]:
                job_id = part[:36].decode()
                late[job_id] = at - committed[job_id]
    return list(late.values())


def _one_by_one(
    organizations: Sequence[Organization], receiver: Receiver, events: int, worker: psutil.Process
) -> Iterator[Figure]:
    """Events that are a call each, of several organizations; the floor are the same bodies by as many bare threads."""
    before, used = len(receiver.arrived), sum(worker.cpu_times()[:2])
    _note([_imported(organizations[number % len(organizations)]) for number in range(events)])
    began = time.time()
    receiver.wait_for(before + events)
    seconds = receiver.arrived[before + events - 1][0] - began
    cpu = sum(worker.cpu_times()[:2]) - used
    body = max((body for _, body in receiver.arrived[before:]), key=len)
    floor = in_fresh_process(bare_calls, receiver.url("bare"), body, events, settings.WEBHOOK_THREADS).answer
    told = Event.objects.filter(name="batch.imported", organization__in=organizations).count()
    if told < events:
        raise RuntimeError(f"Only {told} of {events} events were kept.")
    yield Figure(f"{events:,} events told one by one", events / seconds, "calls/s", events / floor)
    yield Figure("the same: the worker's processor time for a call", cpu / events * 1000, "ms", less=True)


def bare_calls(url: str, body: bytes, calls: int, threads: int) -> float:
    """The floor: so many posts by threads with httpx, and nothing else. In seconds."""
    with httpx.Client(headers={"Content-Type": "application/json"}, timeout=10) as client:
        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            for answer in pool.map(lambda _: client.post(url, content=body), range(calls)):
                answer.raise_for_status()
        return time.perf_counter() - began


def _imported(organization: Organization) -> Happening:
    """An event about a batch of its own."""
    subject: uuid.UUID = new_id()
    data = {"batch_id": subject, "name": "Spring catalogue", "rows": 1000, "page": "https://mino.example.com/"}
    return Happening(organization.pk, "batch.imported", subject, data)


def _note(happenings: Sequence[Happening]) -> None:
    with transaction.atomic():
        events_note(happenings)
