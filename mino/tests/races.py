"""Races on PostgreSQL, decided by its locks and not by time: one side waits until the other is seen to wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, connections, transaction

from mino.common.errors import ServiceError

BLOCKED_BY_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def overtaken(
    change: Callable[[], object], act: Callable[[], object], then: Callable[[], object] = lambda: None
) -> Any:
    """What `act` answers, or with what it refuses, that began before `change` was committed, and had to wait for it.

    `change` is done in a transaction that stays open until `act`, in a thread of its own, waits for one of its locks.
    `then` is done in that transaction while `act` waits. Fails when `act` ends without waiting.
    """
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(act())
        except (ServiceError, PermissionDenied) as error:
            answers.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        change()
        thread.start()
        while not _is_blocking():
            assert thread.is_alive(), f"It did not wait, and gave {answers}."
            time.sleep(0.01)
        then()
    thread.join(timeout=20)
    assert not thread.is_alive()
    return answers[0]


def _is_blocking() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(BLOCKED_BY_US)
        return bool(cursor.fetchone()[0])
