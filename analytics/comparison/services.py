"""Makes comparisons and keeps them: at once, or in the background where there are many rows."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from analytics.comparison.computing import compute
from analytics.comparison.figures import Figures
from analytics.comparison.flips import packed
from analytics.models import Comparison, ComparisonStatus
from executions.models import ColumnStatistic, Execution
from mino.common.waking import send
from projects.models import TruthRevision

MOST_AT_ONCE = 20_000
"""Up to how many rows of both together are compared while somebody waits for the page."""
TOLD_EVERY = 1.0
"""Seconds between two notes of how far a computation is."""
STALE_AFTER = timedelta(seconds=30)
"""A computation that said nothing for so long was lost with its worker."""
FORMAT = 2
"""Raised when figures of an older MINO can't be used any more."""
TASK = "analytics.tasks.compute_comparison"
OUTCOMES = ("correct", "correctly_empty", "wrong", "missed", "invented", "not_gradable")
COUNTERS = (
    "scoring_generation",
    "status",
    "total_jobs",
    "completed_jobs",
    "error_jobs",
    "skipped_jobs",
    "stopped_jobs",
    "passed_jobs",
    "failed_jobs",
    "not_gradable_jobs",
    "good_fields",
    "gradable_fields",
    "good_fields_squared",
)


def fingerprint_of(*executions: Execution) -> str:
    """A digest of what decides a comparison: another one means that results have changed. From counters and the newest
    changes of truth, never from results; a change of two cells may leave all counters as they were."""
    told: list[object] = [FORMAT]
    told += [[str(one.pk), *(str(getattr(one, name)) for name in COUNTERS)] for one in executions]
    columns = ColumnStatistic.objects.filter(execution__in=executions).order_by("execution", "column")
    told += [[str(value) for value in values] for values in columns.values_list("execution", "column", *OUTCOMES)]
    for batch in dict.fromkeys(one.batch_id for one in executions):
        newest = TruthRevision.objects.filter(batch=batch).order_by("-created_at", "-id")
        told.append(str(newest.values_list("pk", flat=True).first()))
    return hashlib.sha256(json.dumps(told).encode("utf-8", "replace")).hexdigest()


def comparison_of(baseline: Execution, candidate: Execution) -> Comparison:
    """The comparison of two executions as they are now. With many rows it may still be computing."""
    fingerprint = fingerprint_of(baseline, candidate)
    found = _kept(baseline, candidate)
    if found.status == ComparisonStatus.READY and found.fingerprint == fingerprint:
        return found
    if baseline.total_jobs + candidate.total_jobs <= MOST_AT_ONCE:
        return comparison_compute(found.pk)
    now = timezone.now()
    if found.heartbeat is None or found.heartbeat < now - STALE_AFTER or found.status == ComparisonStatus.READY:
        total = baseline.total_jobs + candidate.total_jobs
        values = {"status": ComparisonStatus.COMPUTING, "heartbeat": now, "rows_done": 0, "rows_total": total}
        _write(found, values)
        send(TASK, str(found.pk))
    return found


def comparison_compute(comparison_id: uuid.UUID) -> Comparison:
    """Compute a comparison and keep it. Only reads the executions."""
    related = Comparison.objects.select_related("baseline", "candidate")
    found = related.get(pk=comparison_id)
    fingerprint = fingerprint_of(found.baseline, found.candidate)
    is_long = found.baseline.total_jobs + found.candidate.total_jobs > MOST_AT_ONCE

    last_told = time.monotonic()

    def told(done: int) -> None:
        nonlocal last_told
        if is_long and time.monotonic() - last_told >= TOLD_EVERY:
            last_told = time.monotonic()
            _write(found, {"rows_done": done, "heartbeat": timezone.now()})

    figures, flips = compute(found.baseline, found.candidate, told)
    values = {
        "status": ComparisonStatus.READY,
        "fingerprint": fingerprint,
        "figures": figures.as_json(),
        "flips": packed(flips),
        "computed_at": timezone.now(),
    }
    _write(found, values)
    return found


def figures_of(comparison: Comparison) -> Figures:
    """The figures of a comparison that is ready."""
    return Figures.from_json(comparison.figures)


def _kept(baseline: Execution, candidate: Execution) -> Comparison:
    """The row of the two, made when there is none; somebody else may make it at the same moment."""
    pair = {"baseline": baseline, "candidate": candidate}
    found: Comparison | None = Comparison.objects.filter(**pair).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Comparison.objects.create(**pair, organization_id=baseline.organization_id)
    except IntegrityError:
        return Comparison.objects.get(**pair)


def _write(comparison: Comparison, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(comparison, name, value)
    Comparison.objects.filter(pk=comparison.pk).update(**values)
