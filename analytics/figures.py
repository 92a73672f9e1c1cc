"""Figures of executions for pages: read from counters, never by counting jobs."""

from __future__ import annotations

import math
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Count, Model, QuerySet, Sum

from executions.models import Execution, ExecutionStatus
from executions.queries.newest import REACHED, newest_executions
from mino.common.values.share import Share
from projects.models import Batch, BatchStatus, InstructionVersion, Project

ENOUGH_TO_FORECAST = 5
"""From how many ended jobs on the time left is worth telling."""


SHOWN: Mapping[str, tuple[type[Model], str]] = {
    "project": (Project, "name"),
    "batch": (Batch, "name"),
    "instruction_version": (InstructionVersion, "number"),
}
"""What a table of executions shows of the objects that they belong to."""


def for_lists(executions: QuerySet[Execution]) -> QuerySet[Execution]:
    """With what a table of executions shows, and without what is long."""
    return executions.select_related(*SHOWN).defer("instructions", "columns", "agent_settings", *_unshown())


def for_menus(executions: QuerySet[Execution]) -> QuerySet[Execution]:
    """With what a menu of executions shows alone."""
    return executions.select_related("instruction_version").only(
        "number", "agent", "created_at", "batch", "instruction_version__number"
    )


@cache
def _unshown() -> Sequence[str]:
    """The fields of related objects that no table shows: a page reads fifty of each."""
    return [
        f"{relation}__{field.name}"
        for relation, (model, shown) in SHOWN.items()
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name != shown
    ]


def latest_by(field: str, ids: Collection[uuid.UUID], **conditions: object) -> Mapping[uuid.UUID, Execution]:
    """The newest execution for each id of `field` (project, batch or instruction_version), where there is one."""
    executions = for_lists(newest_executions(field, ids, **conditions))
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
    return latest_by("instruction_version", ids, **REACHED)


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
