"""Decides which executions are scored anew at once, and has the others done in the background."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from executions.models import Execution, Rescoring, RescoringPart, RescoringStatus
from executions.models.rescoring import SCORING
from mino.common.waking import wake

MAX_RESULTS = 2_000
"""How many stored results one transaction scores anew: workers wait for it."""
MAX_ROWS = 5_000
"""Up to how many rows a part names them; more of them, and it looks at all rows."""
RUN_TASK = "executions.tasks.run_rescoring"


def locked_executions(batch_id: uuid.UUID, *fields: str) -> list[Execution]:
    """All executions of a batch, locked in the engine's order: attempts that end meanwhile wait, and see the change.

    Where `fields` are named only these are read.
    """
    return list(Execution.objects.filter(batch=batch_id).only(*fields).select_for_update().order_by("pk"))


def split(executions: Iterable[Execution], results: Mapping[uuid.UUID, int]) -> tuple[list[Execution], list[Execution]]:
    """Those to score anew at once, and those for the background; `results` says how many of each are concerned.

    What is being scored anew already goes on with the further change: its readers see all of it at the same moment.
    """
    later = [one for one in executions if one.staged_options is not None]
    others = [one for one in executions if one.staged_options is None]
    if sum(results.get(one.pk, 0) for one in others) <= MAX_RESULTS:
        return others, later
    return [], [*later, *others]


def rescore_later(
    execution: Execution,
    columns: Iterable[str],
    *,
    rows: Sequence[uuid.UUID] | None = None,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Have stored results of an execution under lock scored anew: those of `rows`, None for all.

    `options` are the matching options that have changed, by column.
    """
    staged = execution.staged_options
    execution.staged_options = {**(execution.scoring_options if staged is None else staged), **(options or {})}
    Execution.objects.filter(pk=execution.pk).update(staged_options=execution.staged_options, updated_at=timezone.now())
    if rows is not None and len(rows) > MAX_ROWS:
        rows = None
    rescoring = _rescoring_of(execution, execution.completed_jobs if rows is None else len(rows))
    RescoringPart.objects.create(
        rescoring=rescoring,
        number=rescoring.parts.count() + 1,
        columns=sorted(columns),
        rows=None if rows is None else [str(row) for row in rows],
    )
    wake(RUN_TASK, str(rescoring.pk))


def _rescoring_of(execution: Execution, jobs: int) -> Rescoring:
    """The one under way with so many jobs more, or a new one. One that had failed is tried again."""
    found: Rescoring | None = (
        Rescoring.objects.select_for_update().filter(execution=execution.pk, status__in=SCORING).first()
    )
    if found is None:
        found = Rescoring(
            organization_id=execution.organization_id,
            batch_id=execution.batch_id,
            execution=execution,
            generation=execution.scoring_generation + 1,
            jobs_total=jobs,
            heartbeat=timezone.now(),
        )
        found.save(force_insert=True)
        return found
    found.jobs_total += jobs
    if found.status == RescoringStatus.FAILED:
        found.status, found.claims, found.error = RescoringStatus.PENDING, 0, ""
    found.save(update_fields=["jobs_total", "status", "claims", "error", "updated_at"])
    return found
