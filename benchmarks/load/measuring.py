"""200 users on pages and the API, then the same users on a bare Django view behind the same server.

The users sign in while they come, then everything is measured for five minutes. Any status that is not expected, and
anything that a process logs as an error, ends the run with its name.
"""

from __future__ import annotations

import csv
import json
import os
import re
import statistics
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from django.core.management import call_command

from benchmarks.figures import HEADER, Figure
from benchmarks.load.processes import Site, bare, find_locust, mino
from benchmarks.load.shop import shop
from benchmarks.load.workspaces import PASSWORD, Sizes, fill_workspaces
from mino.tests.processes import ROOT

USERS = 200
SECONDS = 300
BARE_SECONDS = 60
WAIT = (5, 10)
"""Seconds between two requests of a user."""
COMING = 3
"""Users that come in a second: each signs in, and checking a password takes most of a second."""
SETTLING = 15
"""Seconds after the last one has come, before anything is measured."""
SERIOUS = re.compile(r"[ /\[](ERROR|CRITICAL)[ /\]]")
"""A line that MINO or Locust logs when something is wrong."""
READS = ("page", "live", "api")
AIM = 300
"""Milliseconds that 95 of 100 reads stay below."""


@dataclass(frozen=True)
class Answered:
    """A request of a user."""

    at: float
    name: str
    milliseconds: float
    error: str

    @property
    def kind(self) -> str:
        """What stands before the colon of its name."""
        return self.name.split(":")[0]


@dataclass(frozen=True)
class Measured:
    """The requests that were measured, all of them, the seconds of processor that the web server used, and how busy all
    processors of the machine were (0 to 100)."""

    answered: Sequence[Answered]
    everything: Sequence[Answered]
    cpu: float
    busy: float

    @property
    def cpu_per_request(self) -> float:
        """In milliseconds."""
        return self.cpu / max(1, len(self.answered)) * 1000


def run(folder: Path, scale: float) -> list[Figure]:
    """Fill, measure the bare view, then MINO. `BENCH_LOAD_SECONDS` and `BENCH_LOAD_USERS` change these alone."""
    call_command("collectstatic", interactive=False, verbosity=0)
    users = int(os.environ.get("BENCH_LOAD_USERS") or max(10, USERS * scale))
    seconds = int(os.environ.get("BENCH_LOAD_SECONDS") or max(20, SECONDS * scale))
    with shop() as shop_port:
        places = fill_workspaces(_sizes(scale), shop_port, folder)
        with bare(folder) as site:
            floor = _measure(folder, site, places, users, min(seconds, BARE_SECONDS), is_bare=True)
        with mino(folder, shop_port) as site:
            measured = _measure(folder, site, places, users, seconds, is_bare=False)
    figures = list(_figures(measured, floor, seconds))
    if wrong := _errors([*floor.everything, *measured.everything], folder):
        raise RuntimeError(
            "\n".join([wrong, "\nWhat was measured all the same:\n", HEADER, *(one.line() for one in figures)])
        )
    return figures


def _sizes(scale: float) -> Sizes:
    usual = Sizes()
    return Sizes(
        organizations=max(2, int(usual.organizations * scale)),
        rows=max(100, int(usual.rows * scale)),
        executions=max(10, int(usual.executions * scale)),
        times=max(2, int(usual.times * scale)),
    )


def _measure(
    folder: Path, site: Site, places: Mapping[str, Any], users: int, seconds: int, *, is_bare: bool
) -> Measured:
    """Let Locust's users come, wait until all are there, and measure what they ask for."""
    name = "bare" if is_bare else "mino"
    plan, requests, log = (folder / f"{name}.{kind}" for kind in ("json", "csv", "locust.log"))
    wanted = {"places": places, "bare": is_bare, "users": users, "wait": WAIT, "password": PASSWORD}
    plan.write_text(json.dumps({**wanted, "requests": str(requests)}))
    coming = users if is_bare else COMING
    before = users // coming + SETTLING
    command = [find_locust(), "--locustfile", str(Path(__file__).parent / "locustfile.py"), "--host", site.url]
    command += ["--headless", "--users", str(users), "--spawn-rate", str(coming)]
    command += ["--run-time", f"{before + seconds + 2}s", "--stop-timeout", "60"]
    command += ["--only-summary", "--loglevel", "WARNING", "--exit-code-on-error", "0"]
    variables = {**os.environ, "MINO_LOAD_PLAN": str(plan)}
    with log.open("wb") as output:
        locust = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output)
        time.sleep(before)
        began, used, _ = time.time(), site.cpu_seconds(), psutil.cpu_percent()
        time.sleep(seconds)
        cpu, ended, busy = site.cpu_seconds() - used, time.time(), psutil.cpu_percent()
        if locust.wait():
            raise RuntimeError(f"Locust ended with {locust.returncode}:\n{log.read_text()[-2000:]}")
    everything = list(_read(requests))
    return Measured([one for one in everything if began <= one.at <= ended], everything, cpu, busy)


def _read(requests: Path) -> Iterator[Answered]:
    with requests.open(newline="") as file:
        for at, _, name, milliseconds, _, error in csv.reader(file):
            yield Answered(float(at), name, float(milliseconds), error)


def _errors(everything: Sequence[Answered], folder: Path) -> str:
    """What went wrong, for users, in MINO's processes, or in what the users do; empty if nothing."""
    wrong = Counter(f"{one.name}: {one.error[:300]}" for one in everything if one.error)
    logged = [
        f"{log.stem}: {line[:300]}"
        for log in sorted(folder.glob("*.log"))
        for line in log.read_text(errors="replace").splitlines()
        if SERIOUS.search(line)
    ]
    if not wrong and not logged:
        return ""
    told = [f"{count} x {what}" for what, count in wrong.most_common(20)] + logged[:20]
    return f"{sum(wrong.values())} of {len(everything)} requests failed:\n" + "\n".join(told)


def _figures(measured: Measured, floor: Measured, seconds: int) -> Iterator[Figure]:
    answered = measured.answered
    reads = [one.milliseconds for one in answered if one.kind in READS]
    bare_reads = [one.milliseconds for one in floor.answered]
    yield Figure("requests a second", len(answered) / seconds, "/s")
    yield Figure("requests that failed", 0, "", aim=0, less=True)
    for share in (50, 95, 99):
        aim = AIM if share == 95 else None
        least = percentile(bare_reads, share)
        yield Figure(f"reads, {share} of 100 within", percentile(reads, share), "ms", least, aim=aim, less=True)
    yield Figure("processors of the machine in use", measured.busy, "%", floor.busy)
    cpu = (measured.cpu_per_request, floor.cpu_per_request)
    yield Figure("processor time of the web server for a request", cpu[0], "ms", cpu[1], less=True)
    by_kind = defaultdict(list)
    by_name = defaultdict(list)
    for one in answered:
        by_kind[one.kind].append(one.milliseconds)
        by_name[one.name].append(one.milliseconds)
    for kind, words in (("page", "pages"), ("live", "live parts"), ("api", "reads of the API"), ("write", "writes")):
        if times := by_kind[kind]:
            yield Figure(f"{words} ({len(times):,}), 95 of 100 within", percentile(times, 95), "ms", less=True)
    for name, times in sorted(by_name.items(), key=lambda one: -percentile(one[1], 95)):
        if not name.startswith("wait"):
            yield Figure(f"{name} ({len(times):,}), 95 of 100 within", percentile(times, 95), "ms", less=True)


def percentile(values: Sequence[float], share: int) -> float:
    """The value that so many of 100 stay below."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]
