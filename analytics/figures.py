"""Figures of executions for pages: read from counters, never by counting jobs."""

from __future__ import annotations

import math
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from executions.models import Execution, ExecutionStatus
from mino.common.values.share import Share
from projects.models import Batch, BatchStatus, InstructionVersion

ENOUGH_TO_FORECAST = 5
"""From how many ended jobs on the time left is worth telling."""


def for_lists(executions: QuerySet[Execution]) -> QuerySet[Execution]:
    """With what a table of executions shows, and without what is long."""
    related = executions.select_related("project", "batch", "instruction_version")
    return related.defer("instructions", "columns", "agent_settings", "instruction_version__text")


def latest_by(field: str, ids: Collection[uuid.UUID], **conditions: object) -> Mapping[uuid.UUID, Execution]:
    """The newest execution for each id of `field` (project, batch or instruction_version), where there is one."""
    owner = Execution._meta.get_field(field).related_model
    newest = Execution.objects.filter(**{field: OuterRef("pk")}, **conditions).order_by("-created_at", "-id")
    owners = owner._default_manager.filter(pk__in=ids)  # type: ignore[union-attr]
    found = owners.annotate(newest=Subquery(newest.values("pk")[:1])).values_list("newest", flat=True)
    executions = for_lists(Execution.objects.filter(pk__in=[pk for pk in found if pk]))
    return {getattr(one, f"{field}_id"): one for one in executions}


@dataclass(frozen=True, slots=True)
class Contents:
    """How much a project holds."""

    batches: int = 0
    rows: int = 0


def contents_of(project_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Contents]:
    """Batches and rows of each project that has any."""
    ready = Batch.objects.filter(project__in=project_ids, status=BatchStatus.READY)
    counted = ready.order_by().values("project").annotate(batches=Count("pk"), row_total=Sum("row_count"))
    return {one["project"]: Contents(one["batches"], one["row_total"]) for one in counted}


def reached_by(versions: Iterable[InstructionVersion]) -> Mapping[uuid.UUID, Execution]:
    """For each version its newest completed execution that had something to grade."""
    ids = [version.pk for version in versions]
    return latest_by("instruction_version", ids, status=ExecutionStatus.COMPLETED, gradable_fields__gt=0)


def time_left(execution: Execution, now: datetime) -> float | None:
    """Seconds until the execution ends if it goes on as until now; None while that can't be told."""
    if execution.status != ExecutionStatus.RUNNING or execution.started_at is None:
        return None
    elapsed = (now - execution.started_at).total_seconds() - execution.paused_seconds
    if execution.final_jobs < ENOUGH_TO_FORECAST or elapsed <= 0:
        return None
    return (execution.total_jobs - execution.final_jobs) * elapsed / execution.final_jobs


def axis_low(shares: Iterable[Share]) -> float:
    """Where an axis up to 1 begins so that all intervals fit: a full tenth, at most 0.8."""
    lows = [share.low for share in shares if share.low is not None]
    return min(0.8, math.floor(min(lows, default=0.8) * 10) / 10)
