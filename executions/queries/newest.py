"""The newest executions and results of many objects at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from django.db.models import OuterRef, QuerySet, Subquery

from executions.models import Execution, ExecutionStatus, Job, JobStatus
from projects.models import Batch, BatchStatus, Row

REACHED: Mapping[str, object] = {"status": ExecutionStatus.COMPLETED, "gradable_fields__gt": 0}
"""What makes an execution tell how right its instructions are: it is completed, and there was something to grade."""


def newest_executions(field: str, ids: Collection[uuid.UUID], **conditions: object) -> QuerySet[Execution]:
    """The newest execution for each id of `field` (project, batch or instruction_version), where there is one.

    Those of batches that are being deleted are gone for everybody already. These batches are looked up by themselves:
    in a join, PostgreSQL may read all batches there are.
    """
    owner = Execution._meta.get_field(field).related_model
    seen = Execution.objects.exclude(batch__in=Batch.objects.filter(status=BatchStatus.DELETING).values("pk"))
    newest = seen.filter(**{field: OuterRef("pk")}, **conditions).order_by("-created_at", "-id")
    owners = owner._default_manager.filter(pk__in=ids)  # type: ignore[union-attr] # every model has one
    found = owners.annotate(newest=Subquery(newest.values("pk")[:1])).values_list("newest", flat=True)
    executions: QuerySet[Execution] = Execution.objects.filter(pk__in=[pk for pk in found if pk])
    return executions


def newest_results(row_ids: Collection[uuid.UUID]) -> QuerySet[Job]:
    """The newest completed job of each of these rows, where there is one."""
    completed = Job.objects.filter(row=OuterRef("pk"), status=JobStatus.COMPLETED).order_by("-created_at", "-id")
    rows = Row.objects.filter(pk__in=row_ids).annotate(newest=Subquery(completed.values("pk")[:1]))
    found = rows.values_list("newest", flat=True)
    jobs: QuerySet[Job] = Job.objects.filter(pk__in=[pk for pk in found if pk])
    return jobs
