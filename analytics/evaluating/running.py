"""Runs an execution to its end with threads of this process: no broker and no other process is needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from django.db import connection

from executions.agents.base import Agent
from executions.engine.worker import Worker
from executions.models import Execution, ExecutionStatus
from executions.services.control import execution_stop
from executions.services.preparation import execution_prepare
from mino.common.errors import InvalidState

POLL_SECONDS = 0.2
STOP_SECONDS = 20.0
"""How long attempts that were called off may take to end; what they do later is not kept."""

Watch = Callable[[Execution], None]


class Slots:
    """Threads that each do one job after the other."""

    def __init__(self, worker: Worker, count: int) -> None:
        self._worker = worker
        self._count = count
        self._threads: list[threading.Thread] = []
        self.failures: list[Exception] = []

    def fill(self) -> None:
        """Start threads until there are enough."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        while len(self._threads) < self._count:
            # Not waited for at exit: an agent that does not heed its cancellation must not keep the command running.
            thread = threading.Thread(target=self._work, name=f"slot-{len(self._threads) + 1}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def are_idle(self) -> bool:
        """Whether all threads have ended."""
        return not any(thread.is_alive() for thread in self._threads)

    def wait(self, seconds: float) -> None:
        """Wait until all have ended, but not longer."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        try:
            self._worker.run_slot()
        except Exception as error:  # noqa: BLE001 - a thread's boundary: the main thread raises it
            self.failures.append(error)
        finally:
            connection.close()


def run_to_end(execution: Execution, agents: Mapping[str, Agent], watch: Watch) -> Execution:
    """Do all jobs of the execution; `watch` gets it several times a second. Answers it as it is in the end.

    It may also end paused or failed, when the agent can't go on. On KeyboardInterrupt everything that runs is called
    off, the execution is stopped, what is done is kept, and the exception goes on.
    """
    execution_prepare(execution.pk)
    worker = Worker(agents, only=execution.pk)
    slots = Slots(worker, execution.concurrency)
    try:
        while _goes_on(execution):
            if slots.are_idle():
                _raise_failure(slots)
                slots.fill()
            slots.wait(POLL_SECONDS)
            execution.refresh_from_db()
            watch(execution)
        slots.wait(STOP_SECONDS)
    except BaseException:
        worker.stop(0)
        try:
            slots.wait(STOP_SECONDS)
        finally:  # also when somebody presses Ctrl-C again
            _stop(execution)
        raise
    finally:
        worker.close()
    return execution


def _goes_on(execution: Execution) -> bool:
    return not execution.is_finished and execution.status != ExecutionStatus.PAUSED


def _raise_failure(slots: Slots) -> None:
    if slots.failures:
        raise slots.failures[0]


def _stop(execution: Execution) -> None:
    try:
        execution_stop(execution.pk, user=None)
    except InvalidState:  # the last job had just ended
        pass
    finally:
        execution.refresh_from_db()
