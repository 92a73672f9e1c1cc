"""Acts on dead letters of many executions at once: queues them again, or gives them up."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet

from accounts.audit import summed
from accounts.permissions import Principal
from executions.models import Job, JobStatus
from executions.services.locking import Controlled, lock_executions
from executions.services.requeueing import jobs_requeue, jobs_skip
from mino.common.errors import InvalidState

MOST_AT_ONCE = 10_000
"""Dead letters that one call takes on, so that a request ends in time; asked for again, it goes on with the rest."""

JOBS_AT_ONCE = 1000
NEWEST = ("-finished_at", "-id")


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of dead letters: `done` of them were acted on, in so many `executions`.

    `final` belong to executions that can't go on (stopped, failed, or run by their own worker), `forbidden` to projects
    in which the user may run nothing.
    """

    done: int = 0
    executions: int = 0
    final: int = 0
    forbidden: int = 0


def dead_letters_requeue(jobs: QuerySet[Job], *, user: Principal | None) -> Handled:
    """Run the dead letters among `jobs` again, each within its execution: the newest `MOST_AT_ONCE` of them.

    Each chunk of an execution is a transaction of its own, unless the caller has one open, which then holds the locks
    of all these executions. What is refused is counted, the rest is done.
    """

    def requeue(execution_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> Controlled:
        return jobs_requeue(execution_id, user=user, jobs=ids)

    return _handle(jobs, requeue)


def dead_letters_skip(jobs: QuerySet[Job], *, user: Principal | None) -> Handled:
    """Give the dead letters among `jobs` up: they count as skipped, not as errors. As `dead_letters_requeue`."""

    def skip(execution_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> Controlled:
        return jobs_skip(execution_id, user=user, jobs=ids)

    return _handle(jobs, skip)


Act = Callable[[uuid.UUID, Sequence[uuid.UUID]], Controlled]


def _handle(jobs: QuerySet[Job], act: Act) -> Handled:
    letters = jobs.filter(status=JobStatus.ERROR).order_by(*NEWEST)
    by_execution: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for job, execution in letters.values_list("pk", "execution_id")[:MOST_AT_ONCE]:
        by_execution[execution].append(job)
    if connection.in_atomic_block:
        lock_executions(by_execution)
    done, final, forbidden, executions = 0, 0, 0, 0
    for execution, ids in sorted(by_execution.items()):
        try:
            count = _in_chunks(execution, ids, act)
        except InvalidState:
            final += len(ids)
        except PermissionDenied:
            forbidden += len(ids)
        else:
            done, executions = done + count, executions + (count > 0)
    return Handled(done, executions, final, forbidden)


def _in_chunks(execution: uuid.UUID, ids: Sequence[uuid.UUID], act: Act) -> int:
    chunks = [ids[start : start + JOBS_AT_ONCE] for start in range(0, len(ids), JOBS_AT_ONCE)]
    with summed():
        return sum(act(execution, chunk).affected_jobs for chunk in chunks)
