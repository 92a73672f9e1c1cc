"""One thread per worker process does all book-keeping, so that attempts ending together share a transaction.

With fifty slots in a process this costs a third of what fifty connections, each locking the same execution, would; and
nothing waits longer than one transaction.
"""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from django.db import DatabaseError, connection

from executions.agents.base import ErrorCode
from executions.engine.attempt import Attempt, Ending, Finished
from executions.engine.ledger import exchange
from executions.models import FailureType

logger = logging.getLogger(__name__)
LARGEST_GROUP = 64


@dataclass(slots=True)
class _Request:
    finished: Finished | None
    wants_next: bool
    answer: Future[Attempt | None] = field(default_factory=Future)


class Desk:
    """Where slots hand in finished attempts and fetch the next ones. Thread-safe."""

    def __init__(self, *, worker: str, agents: Collection[str], only: uuid.UUID | None = None) -> None:
        self._worker = worker
        self._agents = agents
        self._only = only
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="desk", daemon=True)
        self._thread.start()

    def hand_in(self, finished: Finished | None, *, wants_next: bool) -> Attempt | None:
        """Write what came of an attempt and take the next job; None when there is nothing to do.

        Raises DatabaseError when the database can't be written: nothing has happened then.
        """
        request = _Request(finished, wants_next)
        self._requests.put(request)
        return request.answer.result()

    def close(self) -> None:
        """Serve what is waiting and end the thread."""
        self._requests.put(None)
        self._thread.join()

    def _serve(self) -> None:
        open_for_more = True
        while open_for_more:
            first = self._requests.get()
            if first is None:
                break
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
            self._settle(group)
        except DatabaseError as error:
            connection.close()
            if len(group) > 1:
                logger.warning("A group of %s attempts could not be written, trying one by one: %s", len(group), error)
                for request in group:
                    self._serve_group([request])
            else:
                self._settle_alone(group[0], error)
        except BaseException as error:
            for request in group:
                request.answer.set_exception(error)
            raise

    def _settle_alone(self, request: _Request, error: DatabaseError) -> None:
        """An attempt that can't be written as it is ends as an error, so that one odd answer never blocks a job."""
        if request.finished is None or request.finished.ending is not Ending.COMPLETED:
            request.answer.set_exception(error)
            return
        logger.error("The result of job %s could not be stored", request.finished.attempt.job_id, exc_info=error)
        request.finished = replace(
            request.finished,
            ending=Ending.ERROR,
            data={},
            sources={},
            raw=None,
            verdict=None,
            error_code=ErrorCode.INVALID_RESULT,
            error_message="The agent's answer could not be stored. Look at the worker's log, then run the row again.",
            failure_type=FailureType.PERMANENT,
        )
        self._serve_group([request])

    def _settle(self, group: Sequence[_Request]) -> None:
        finished = [request.finished for request in group if request.finished is not None]
        hungry = [request for request in group if request.wants_next]
        attempts = exchange(finished, len(hungry), worker=self._worker, agents=self._agents, only=self._only)
        for request in group:
            answer = attempts.pop() if request.wants_next and attempts else None
            request.answer.set_result(answer)
