"""Reads an execution into arrays of small numbers: a hundred thousand rows take a few megabytes, no model objects."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from django.db.models import TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from executions.evaluation.verdict import GOOD_OUTCOMES, EvaluationResult, Outcome
from executions.models import Execution, Job, JobStatus

CHUNK = 2000
FAILED, PASSED, UNGRADED, ERROR, UNFINISHED, MISSING = range(6)
"""What became of a row in one execution; the first three mean that it was answered."""
BAD, GOOD, UNKNOWN = 0, 1, -1
"""A cell: not good, good, or nothing to say about it."""
VERDICTS = {
    EvaluationResult.PASSED.value: PASSED,
    EvaluationResult.FAILED.value: FAILED,
    EvaluationResult.NOT_GRADABLE.value: UNGRADED,
}
NO_TIME = float("nan")

Told = Callable[[int], None]
"""Called with the number of rows done so far."""


@dataclass(slots=True)
class Arm:
    """One execution: for each row its place in `Numbers`, its position in the execution, its state, the attempts, the
    agent's seconds, digests of its truth and of its own instructions (0: it had none), and for each column whether the
    cell is good."""

    places: array[int] = field(default_factory=lambda: array("i"))
    positions: array[int] = field(default_factory=lambda: array("i"))
    states: array[int] = field(default_factory=lambda: array("b"))
    attempts: array[int] = field(default_factory=lambda: array("i"))
    seconds: array[float] = field(default_factory=lambda: array("f"))
    truths: array[int] = field(default_factory=lambda: array("q"))
    own: array[int] = field(default_factory=lambda: array("q"))
    cells: bytearray = field(default_factory=bytearray)

    def spread(self, values: array[Any], empty: float, rows: int) -> NDArray[Any]:
        """One of the arrays by the rows of both executions; `empty` where this one lacks the row."""
        spread = np.full(rows, empty, dtype=values.typecode)
        spread[np.asarray(self.places)] = np.asarray(values)
        return spread

    def spread_cells(self, columns: int, rows: int) -> NDArray[np.int8]:
        """The cells by the rows of both executions, one line for each row."""
        spread = np.full((rows, columns), UNKNOWN, dtype=np.int8)
        spread[np.asarray(self.places)] = np.frombuffer(bytes(self.cells), dtype=np.int8).reshape(-1, columns)
        return spread


@dataclass(slots=True)
class Numbers:
    """Numbers rows and sites from 0 in the order in which they are met, for both executions alike."""

    rows: dict[object, int] = field(default_factory=dict)
    site_of: array[int] = field(default_factory=lambda: array("i"))
    sites: dict[str, int] = field(default_factory=dict)
    has_repeats: bool = False

    def row(self, identity: object, repeat: int, url: str) -> int:
        """The number of a row, or of one of its repeats."""
        if repeat > 1:
            self.has_repeats = True
            identity = (identity, repeat)
        number = self.rows.setdefault(identity, len(self.rows))
        if number == len(self.site_of):
            self.site_of.append(self.sites.setdefault(site_of(url), len(self.sites)))
        return number


def read_arm(execution: Execution, columns: Sequence[str], numbers: Numbers, *, by_key: bool, told: Told) -> Arm:
    """Read all jobs of the execution; rows are told apart by their key or by themselves."""
    arm, done = Arm(), 0
    for jobs in _chunks(execution, by_key=by_key):
        for position, identity, repeat, url, status, verdict, outcomes, attempts, seconds, own, truth in jobs:
            arm.places.append(numbers.row(identity, repeat, url))
            arm.positions.append(position)
            arm.states.append(_state(status, verdict))
            arm.attempts.append(attempts)
            arm.seconds.append(NO_TIME if seconds is None else seconds)
            arm.truths.append(_digest_of_json(truth))
            arm.own.append(_digest(own) if own else 0)
            arm.cells += _codes(outcomes if status == JobStatus.COMPLETED else "{}", tuple(columns))
        done += len(jobs)
        told(done)
    return arm


def _chunks(execution: Execution, *, by_key: bool) -> Iterator[list[tuple[Any, ...]]]:
    """The jobs in the execution's order; between two chunks no query is open. Truth is read where it may differ."""
    fields = (
        "repeat",
        "url",
        "status",
        "evaluation_result",
        "outcomes_text",
        "attempts",
        "agent_seconds",
        "own_instructions",
    )
    texts = {"outcomes_text": Cast("outcomes", TextField())}
    if by_key:
        texts["truth_text"] = Cast("row__truth", TextField())
    identity, truth = ("row__key", "truth_text") if by_key else ("row_id", "repeat")
    jobs = Job.objects.filter(execution=execution).annotate(**texts).order_by("position")
    if by_key:
        jobs = jobs.exclude(row__key="")
    values = jobs.values_list("position", identity, *fields, truth)
    last = 0
    while found := list(values.filter(position__gt=last)[:CHUNK]):
        last = found[-1][0]
        yield found


def _state(status: str, verdict: str | None) -> int:
    if status == JobStatus.COMPLETED:
        return VERDICTS.get(verdict or "", UNGRADED)
    return ERROR if status == JobStatus.ERROR else UNFINISHED


@lru_cache(maxsize=4096)
def _codes(outcomes: str, columns: tuple[str, ...]) -> bytes:
    """The outcomes of a job as one byte for each column; most jobs share a few texts."""
    known = json.loads(outcomes)
    return bytes(_code(known.get(column)) & 0xFF for column in columns)


def _code(outcome: str | None) -> int:
    if outcome is None or outcome == Outcome.NOT_GRADABLE:
        return UNKNOWN
    return GOOD if outcome in GOOD_OUTCOMES else BAD


def _digest_of_json(truth: object) -> int:
    return _digest(json.dumps(json.loads(truth), sort_keys=True)) if isinstance(truth, str) else 0


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)


def site_of(url: str) -> str:
    """The host of an address without www, or the address itself where it has none."""
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        host = None
    return (host or url).lower().removeprefix("www.")
