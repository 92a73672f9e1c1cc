"""One thread per worker process does all book-keeping, so that attempts ending together share a transaction.

With fifty slots in a process this costs a third of what fifty connections, each locking the same execution, would; and
nothing waits longer than one transaction.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from django.db import Error, InterfaceError, OperationalError, connection

from executions.agents.base import ErrorCode
from executions.engine.attempt import Attempt, Ending, Finished
from executions.engine.ledger import exchange
from executions.models import FailureType
from mino.common.waking import without_wake_ups

logger = logging.getLogger(__name__)
LARGEST_GROUP = 64
GATHER_SECONDS = 0.003
"""Attempts end in bursts: a moment's waiting for the others makes one transaction of many, at a third of the work."""
PATIENCE = 600.0
"""Seconds for which results wait for a database that does not answer: attempts were paid for."""
TRIES = 5
"""How often the same is tried with a database that answers, but is locked or was interrupted."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
LOOK_UP_SECONDS = 5.0
"""How often a slot that waits looks whether the desk is still there."""


class DatabaseGone(Exception):
    """The database did not answer for longer than results can wait."""


class DeskClosed(Exception):
    """The worker has ended."""


@dataclass(slots=True)
class _Request:
    finished: Finished | None
    wants_next: bool
    answer: Future[Attempt | None] = field(default_factory=Future)


class Desk:
    """Where slots hand in finished attempts and fetch the next ones. Thread-safe."""

    def __init__(
        self, *, worker: str, agents: Collection[str], only: uuid.UUID | None = None, patience: float = PATIENCE
    ) -> None:
        self._worker = worker
        self._agents = agents
        self._only = only
        self._patience = patience
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="desk", daemon=True)
        self._thread.start()

    def hand_in(self, finished: Finished | None, *, wants_next: bool) -> Attempt | None:
        """Write what came of an attempt and take the next job; None when there is nothing to do.

        Waits for a database that is down. Raises DatabaseGone when that takes too long, DeskClosed after `close`, and
        what the database says when even an error could not be written: nothing has happened then.
        """
        request = _Request(finished, wants_next)
        self._requests.put(request)
        while True:
            try:
                return request.answer.result(LOOK_UP_SECONDS)
            except TimeoutError:
                if request.answer.done():
                    raise
                if not self._thread.is_alive():
                    raise DeskClosed from None

    def close(self) -> None:
        """Serve what is waiting and end the thread."""
        self._requests.put(None)
        self._thread.join()

    def _serve(self) -> None:
        # A process that runs one execution by itself takes its retries itself, and may have no broker.
        with without_wake_ups() if self._only else nullcontext():
            self._serve_until_closed()

    def _serve_until_closed(self) -> None:
        open_for_more = True
        while open_for_more:
            first = self._requests.get()
            if first is None:
                break
            time.sleep(GATHER_SECONDS)
            group = [first]
            while len(group) < LARGEST_GROUP and not self._requests.empty():
                request = self._requests.get()
                if request is None:
                    open_for_more = False
                    break
                group.append(request)
            self._serve_group(group)
            if self._requests.empty():
                connection.close()  # back to the pool while there is nothing to do

    def _serve_group(self, group: Sequence[_Request]) -> None:
        try:
            self._settle_patiently(group)
        except Exception as error:  # all slots depend on the desk: whatever one attempt breaks on, it goes on
            if isinstance(error, DatabaseGone):
                logger.exception("%s results are given up", len(group))
                _refuse(group, error)
            elif len(group) > 1:
                logger.warning("A group of %s attempts could not be written, trying one by one: %s", len(group), error)
                for request in group:
                    self._serve_group([request])
            else:
                self._settle_alone(group[0], error)

    def _settle_patiently(self, group: Sequence[_Request]) -> None:
        """Settle, again and again while the database is down; a lock or a lost connection says nothing of results."""
        until = time.monotonic() + self._patience
        tries, pause = 0, FIRST_PAUSE
        while True:
            try:
                self._settle(group)
                return
            except (OperationalError, InterfaceError) as error:
                connection.close()
                tries += 1
                if _database_answers():
                    if tries >= TRIES:
                        raise
                elif time.monotonic() >= until:
                    raise DatabaseGone(f"No answer in {self._patience:g} seconds.") from error
                logger.warning("%s attempts could not be written, trying again: %s", len(group), error)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _settle_alone(self, request: _Request, error: Exception) -> None:
        """An attempt that can't be written as it is ends as an error, so that one odd answer never blocks a job."""
        what = f"The result of job {request.finished.attempt.job_id}" if request.finished else "The next job"
        logger.error("%s could not be written", what, exc_info=error)
        for lighter in _lighter(request):
            try:
                self._settle_patiently([lighter])
                return
            except DatabaseGone:
                break
            except Exception:  # the same boundary as in _serve_group
                logger.warning("Nor could it with less in it", exc_info=True)
        _refuse([request], error)

    def _settle(self, group: Sequence[_Request]) -> None:
        finished = [request.finished for request in group if request.finished is not None]
        hungry = [request for request in group if request.wants_next]
        attempts = exchange(finished, len(hungry), worker=self._worker, agents=self._agents, only=self._only)
        for request in group:
            answer = attempts.pop() if request.wants_next and attempts else None
            request.answer.set_result(answer)


def _refuse(group: Sequence[_Request], error: Exception) -> None:
    for request in group:
        request.answer.set_exception(error)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return False
    return True


def _lighter(request: _Request) -> Iterator[_Request]:
    """The same with less that can be at fault: without a next job, then without the agent's answer."""
    finished = request.finished
    if finished is None:
        return
    if request.wants_next:
        yield replace(request, wants_next=False)
    called_off = finished.ending in (Ending.HANDED_BACK, Ending.RELEASED)
    bare = Finished(
        attempt=finished.attempt,
        ending=finished.ending if called_off else Ending.ERROR,
        finished_at=finished.finished_at,
        agent_seconds=finished.agent_seconds,
        run_id=finished.run_id,
        error_code="" if called_off else finished.error_code or ErrorCode.INVALID_RESULT.value,
        error_message=NOT_STORED,
        failure_type="" if called_off else finished.failure_type or FailureType.PERMANENT.value,
    )
    yield replace(request, finished=bare, wants_next=False)


NOT_STORED = "The agent's answer could not be stored. Look at the worker's log, then run the row again."
