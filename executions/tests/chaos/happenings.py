"""What may happen during a trial, and what has to be put right afterwards."""

from __future__ import annotations

import heapq
import itertools
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import connection

from executions.models import Execution, ExecutionStatus, Session, SessionStatus
from executions.services.control import execution_pause, execution_resume
from executions.services.tuning import execution_set_concurrency
from executions.tests.chaos.children import Child
from executions.tests.chaos.place import Place
from executions.tests.chaos.setting_up import GRACE_SECONDS, LEASE_SECONDS
from mino.common.errors import InvalidState

MOST_OF_LEAVING = GRACE_SECONDS + 60.0
"""Seconds that a worker may take to end: its grace time, and long waits for services that are away."""


class Happenings:
    """Lets things happen at their moments. `counts` says what did, `violations` what must not have."""

    def __init__(
        self, place: Place, executions: Sequence[Execution], events: Sequence[tuple[float, str]], rng: random.Random
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self._place = place
        self._executions = executions
        self._rng = rng
        self._order = itertools.count()
        self._coming: list[tuple[float, int, bool, Callable[[], None]]] = []
        self._leaving: list[tuple[Child, float]] = []
        self._paused: set[object] = set()
        for seconds, kind in events:
            self._in(seconds, self._begin(kind))

    @property
    def is_calm(self) -> bool:
        """Whether nothing is left to put right."""
        return not self._leaving and not any(must for _, _, must, _ in self._coming)

    def let_happen(self, *, all_over: bool = False) -> None:
        """Do what is due; with `all_over` nothing begins any more, and everything is put right at once."""
        if all_over:
            self._coming = [(0.0, number, must, act) for _, number, must, act in self._coming if must]
            heapq.heapify(self._coming)
        while self._coming and self._coming[0][0] <= time.monotonic():
            heapq.heappop(self._coming)[3]()
        self._see_off()

    def is_paused_by_person(self, execution: Execution) -> bool:
        """Whether this trial's person paused it, and will resume it."""
        return execution.pk in self._paused

    def _begin(self, kind: str) -> Callable[[], None]:
        actions: dict[str, Callable[[], bool]] = {
            "kill a worker": self._kill_worker,
            "end a worker": self._end_worker,
            "freeze a worker": self._freeze_worker,
            "kill beat": self._kill_beat,
            "flush Redis": self._flush_redis,
            "restart Redis": self._restart_redis,
            "restart PostgreSQL": lambda: self._restart_postgresql("fast"),
            "crash PostgreSQL": lambda: self._restart_postgresql("immediate"),
            "pause": self._pause,
            "change the concurrency": self._change_concurrency,
        }

        def begin() -> None:
            if actions[kind]():
                self.counts[kind] += 1

        return begin

    def _in(self, seconds: float, act: Callable[[], None], *, must: bool = False) -> None:
        heapq.heappush(self._coming, (time.monotonic() + seconds, next(self._order), must, act))

    # Workers and beat -------------------------------------------------------------------------------------------------
    def _some_worker(self) -> Child | None:
        awake = [worker for worker in self._place.workers if worker.runs and not worker.frozen]
        return self._rng.choice(awake) if awake else None

    def _start_worker(self) -> None:
        self._place.start_worker()

    def _kill_worker(self) -> bool:
        worker = self._some_worker()
        if worker is None:
            return False
        self._place.kill_worker(worker)
        self._in(self._rng.uniform(0, 3), self._start_worker, must=True)
        return True

    def _end_worker(self) -> bool:
        worker = self._some_worker()
        if worker is None:
            return False
        worker.send(signal.SIGTERM)
        self._place.workers.remove(worker)
        self._place.leaving.append(worker)
        self._leaving.append((worker, time.monotonic() + MOST_OF_LEAVING))
        self._in(self._rng.uniform(0, 3), self._start_worker, must=True)
        return True

    def _see_off(self) -> None:
        """Look after the workers that were asked to end: they must, and hold nothing then."""
        for worker, until in list(self._leaving):
            if worker.runs and time.monotonic() < until:
                continue
            self._leaving.remove((worker, until))
            self._place.leaving.remove(worker)
            if worker.runs:
                worker.kill()
                self.violations.append(f"A worker that was asked to end did not: see {worker.log.name}.")
            else:
                self._check_held_nothing(worker)

    def _check_held_nothing(self, worker: Child) -> None:
        held = Session.objects.filter(status=SessionStatus.RUNNING, worker__endswith=f":{worker.process.pid}")
        if count := held.count():
            self.violations.append(f"A worker ended with {count} jobs that it neither finished nor handed back.")

    def _freeze_worker(self) -> bool:
        worker = self._some_worker()
        if worker is None:
            return False

        def thaw() -> None:
            worker.frozen = False
            worker.send(signal.SIGCONT)

        worker.frozen = True
        worker.send(signal.SIGSTOP)
        self._in(LEASE_SECONDS + self._rng.uniform(1, 4), thaw, must=True)
        return True

    def _kill_beat(self) -> bool:
        self._place.kill_beat()
        if self._rng.random() < 0.5:  # otherwise the workers have to do without until the trial is over
            self._in(self._rng.uniform(1, 8), self._place.start_beat)
        return True

    # Services ---------------------------------------------------------------------------------------------------------
    def _flush_redis(self) -> bool:
        self._place.redis.flush()
        return True

    def _restart_redis(self) -> bool:
        self._place.redis.kill()
        self._in(self._rng.uniform(0, 3), self._place.redis.start, must=True)
        return True

    def _restart_postgresql(self, mode: str) -> bool:
        connection.close()
        self._place.postgresql.restart(mode)
        return True

    # People -----------------------------------------------------------------------------------------------------------
    def _pause(self) -> bool:
        execution = self._rng.choice(self._executions)
        try:
            execution_pause(execution.pk, user=None)
        except InvalidState:  # it has ended
            return False

        def resume() -> None:
            if Execution.objects.filter(pk=execution.pk, status=ExecutionStatus.PAUSED).exists():
                execution_resume(execution.pk, user=None)
            self._paused.discard(execution.pk)

        self._paused.add(execution.pk)
        self._in(self._rng.uniform(0.5, 3), resume, must=True)
        return True

    def _change_concurrency(self) -> bool:
        try:
            execution_set_concurrency(self._rng.choice(self._executions).pk, self._rng.randint(3, 15), user=None)
        except InvalidState:
            return False
        return True
