"""Creates the jobs of an execution, in chunks, and then lets it run.

Where rows are run several times, all rows come once before any comes again: the runs of a row are far apart in time,
so that a site's bad minute does not decide all of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from executions.engine.waking import wake_slots
from executions.models import Execution, ExecutionStatus, Job
from executions.services.choosing import chosen_positions
from executions.telling import execution_tell
from executions.transitions import move
from projects.models import Row

PREPARED_AT_ONCE = 1000
"""Up to so many jobs are created by the request that starts the execution."""
CHUNK = 2000


def execution_prepare(execution_id: uuid.UUID) -> None:
    """Create the jobs that are still missing and set the execution running.

    May be called any number of times, also by two workers at once: each chunk is a transaction of its own under the
    execution's lock and begins where the last one ended.
    """
    while _prepare_chunk(execution_id):
        pass


def _prepare_chunk(execution_id: uuid.UUID) -> bool:
    """Create one chunk of jobs. Answers whether more are missing."""
    with transaction.atomic():
        execution = Execution.objects.select_for_update(of=("self",)).select_related("batch").get(pk=execution_id)
        if execution.is_finished or execution.status == ExecutionStatus.PAUSED:
            return False
        if execution.status == ExecutionStatus.RUNNING and execution.prepared_jobs >= execution.total_jobs:
            return False
        chosen = chosen_positions(execution)
        wanted = len(chosen) * execution.repeats
        done = execution.prepared_jobs + max(0, wanted - execution.total_jobs)  # with rows that were gone
        times, start = divmod(done, max(len(chosen), 1))
        positions = chosen[start : start + CHUNK] if done < wanted else ()
        created = _create_jobs(execution, positions, repeat=times + 1)
        lost = len(positions) - created
        Execution.objects.filter(pk=execution_id).update(
            prepared_jobs=F("prepared_jobs") + created,
            queued_jobs=F("queued_jobs") + created,
            total_jobs=F("total_jobs") - lost,
        )
        if done + len(positions) < wanted:
            return True
        _start(execution_id, execution.effective_concurrency)
        return False


def _create_jobs(execution: Execution, positions: Sequence[int], *, repeat: int) -> int:
    if not positions:
        return 0
    rows = Row.objects.filter(batch=execution.batch_id)
    if isinstance(positions, range):
        rows = rows.filter(position__gte=positions[0], position__lte=positions[-1])
    else:
        rows = rows.filter(position__in=positions)
    values = rows.order_by("position").values_list("id", "position", "url", "has_truth", "instructions")
    jobs = [
        Job(
            organization_id=execution.organization_id,
            project_id=execution.project_id,
            batch_id=execution.batch_id,
            execution_id=execution.pk,
            row_id=row_id,
            repeat=repeat,
            position=execution.prepared_jobs + place,
            row_position=position,
            url=url,
            own_instructions=instructions,
            has_ground_truth=has_truth,
        )
        for place, (row_id, position, url, has_truth, instructions) in enumerate(values, start=1)
    ]
    Job.objects.bulk_create(jobs, batch_size=1000)
    return len(jobs)


def _start(execution_id: uuid.UUID, concurrency: int) -> None:
    queued = Execution.objects.filter(pk=execution_id)
    if move(queued, ExecutionStatus.RUNNING, source=ExecutionStatus.QUEUED, started_at=timezone.now()):
        execution_tell(execution_id, "execution.started")
        waiting = queued.values_list("queued_jobs", flat=True).get()
        wake_slots(min(concurrency, waiting))
