"""Computes the roll-up of one execution: one walk over its jobs, in chunks, with no query open between two of them."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from analytics.models import SiteGeneration
from analytics.rollups.claims import Claim, ClaimLost
from analytics.rollups.coverage import Coverage
from analytics.rollups.histories import Histories
from analytics.rollups.latency import class_of
from analytics.rollups.removing import remove_generation, remove_generations
from analytics.rollups.sites import SiteSums
from executions.models import Execution, Job, JobStatus

CHUNK = 2000
FIELDS = (
    *("position", "row_id", "url", "status", "evaluation_result", "good_fields", "gradable_fields"),
    *("agent_seconds", "cost", "has_ground_truth", "result"),
)


def roll_up_compute(execution_id: uuid.UUID) -> bool:
    """Gather what the jobs of an execution tell. Answers whether it was due and was done.

    It may be called twice at once, late, or for nothing: the claim lets one through, and each writes sites of its own.
    """
    claim = Claim.take(execution_id, timezone.now())
    if claim is None:
        return False
    execution = Execution.objects.select_related("batch").filter(pk=execution_id).first()
    if execution is None:
        return False
    generation = SiteGeneration.objects.create(
        execution_id=execution_id, batch_id=execution.batch_id, created_at=timezone.now()
    )
    try:
        _compute(execution, generation.pk, claim)
    except ClaimLost:
        remove_generation(generation.pk)
        return False
    except BaseException:
        claim.give_back()
        remove_generation(generation.pk)
        raise
    remove_generations(SiteGeneration.objects.filter(execution_id=execution_id, created_at__lt=generation.created_at))
    return True


def _compute(execution: Execution, generation: uuid.UUID, claim: Claim) -> None:
    began, moment = time.monotonic(), timezone.now()
    sites, histories, coverage, latency = SiteSums(generation), Histories(execution.batch), Coverage(), Counter[int]()
    for jobs in _chunks(execution):
        for job in jobs:
            sites.add(job)
            coverage.add(job)
            if job.status == JobStatus.COMPLETED and job.agent_seconds is not None:
                latency[class_of(job.agent_seconds)] += 1
        histories.write({job.row_id for job in jobs})
        claim.hold()
    sites.write()
    histories.sum_up(moment)
    claim.finish(
        generation=generation,
        as_of=moment,
        seconds_taken=time.monotonic() - began,
        sites=sites.count,
        latency={str(number): count for number, count in sorted(latency.items())},
        **coverage.values(),
    )


def _chunks(execution: Execution) -> Iterator[list[Any]]:
    jobs = Job.objects.filter(execution=execution).order_by("position").values_list(*FIELDS, named=True)
    last = 0
    while found := list(jobs.filter(position__gt=last)[:CHUNK]):
        last = found[-1].position
        yield found
