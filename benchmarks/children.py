"""Runs a piece of work in a process of its own, so that its memory is its own too."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, ParamSpec, TypeVar

import django

P = ParamSpec("P")
T = TypeVar("T")
MEGABYTE = 1_000_000
TURNS = 3


@dataclass(frozen=True, slots=True)
class Measured(Generic[T]):
    """What the work answered, and the most memory that its process ever held, in MB."""

    answer: T
    peak: float


def in_fresh_process(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Measured[T]:
    """Do the work in a new interpreter with Django set up from the environment as it is now."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=django.setup) as pool:
        answer = pool.submit(work, *args, **kwargs).result()
        return Measured(answer, pool.submit(peak_memory).result())


def best_in_turns(first: Callable[[], Measured[float]], second: Callable[[], Measured[float]]) -> list[Measured[float]]:
    """Measure both three times, in turns, and answer the fastest of each: others may use the machine meanwhile."""
    pairs = [(first(), second()) for _ in range(TURNS)]
    return [min(same, key=lambda one: one.answer) for same in zip(*pairs, strict=True)]


def peak_memory(process: int | str = "self") -> float:
    """The most memory that a process has held since it began, in MB, as Linux counts it.

    Not `getrusage`: that one also counts what the parent held when it forked.
    """
    status = Path(f"/proc/{process}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024 / MEGABYTE


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set variables for the processes that are started in this block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
