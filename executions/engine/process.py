"""The one worker of a Celery process: made when the first slot runs, and stopped with the process."""

from __future__ import annotations

import threading
from typing import Any

from celery.signals import worker_shutdown, worker_shutting_down
from django.conf import settings

from executions.agents.registry import Agents
from executions.engine.worker import Worker

KEPT_FREE = 4
"""Threads of a worker process that no slot takes, so that imports and sweeps never wait for an agent."""

room = threading.BoundedSemaphore(max(1, settings.WORKER_THREADS - KEPT_FREE))
_lock = threading.Lock()
_worker: Worker | None = None


def process_worker() -> Worker:
    """This process's worker, with every agent that a credential exists for."""
    global _worker
    with _lock:
        if _worker is None:
            _worker = Worker(Agents())
        return _worker


def running_attempts() -> int:
    """How many attempts run in this process now."""
    return len(_worker.keeper.running()) if _worker is not None else 0


@worker_shutting_down.connect
def stop_slots(**_: Any) -> None:
    """At SIGTERM: start nothing more, and hand back what does not end within the grace time."""
    if _worker is not None:
        threading.Thread(target=_worker.stop, args=[settings.WORKER_GRACE], name="stop", daemon=True).start()


@worker_shutdown.connect
def close_worker(**_: Any) -> None:
    """The last task has ended: let agents and threads go."""
    if _worker is not None:
        _worker.close()
