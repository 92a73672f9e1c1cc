"""Removes the executions of deleted batches."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from executions.models import Execution, ExecutionEvent, FieldResult, Job, JobScore, Retry, Screenshot, Session
from executions.pictures.removing import remove_in_chunks
from executions.services.metering import execution_meter
from mino.common.bulk import delete_in_chunks
from mino.common.errors import InvalidState

JOBS_AT_ONCE = 1000


def refuse_unfinished(batch_ids: Collection[uuid.UUID]) -> None:
    """Raise InvalidState while an execution of one of the batches is under way."""
    numbers = (
        Execution.objects.unfinished().filter(batch__in=batch_ids).order_by("number").values_list("number", flat=True)
    )
    if not numbers:
        return
    names = ", ".join(str(number) for number in numbers)
    what, verb = ("Execution", "is") if len(numbers) == 1 else ("Executions", "are")
    raise InvalidState(
        f"{what} {names} {verb} still under way. Stop what runs, or wait until it has ended, then delete."
    )


def purge_batch(batch_id: uuid.UUID) -> None:
    """Remove all executions of the batch with jobs, attempts, pictures and results, some jobs per transaction."""
    for execution in Execution.objects.filter(batch=batch_id).only("pk"):
        execution_meter(execution.pk, now=timezone.now())
        while _purge_jobs(execution):
            pass
        delete_in_chunks(ExecutionEvent.objects.filter(execution=execution.pk))
        with transaction.atomic():
            execution.delete()


def _purge_jobs(execution: Execution) -> int:
    jobs = list(
        Job.objects.filter(execution=execution).order_by("position").values_list("pk", flat=True)[:JOBS_AT_ONCE]
    )
    remove_in_chunks(Screenshot.objects.filter(session__job__in=jobs))
    found: list[QuerySet[Any]] = [
        FieldResult.objects.filter(job__in=jobs),
        JobScore.objects.filter(job__in=jobs),
        Retry.objects.filter(job__in=jobs),
        Session.objects.filter(job__in=jobs),
        Job.objects.filter(pk__in=jobs),
    ]
    with transaction.atomic():  # the keys between them are checked at its end, so that jobs may go after attempts
        for queryset in found:
            queryset._raw_delete(queryset.db)
    return len(jobs)
