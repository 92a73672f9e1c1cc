"""Keeps what a search for patterns found, and what it looked for in vain."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from analytics.models import FailurePattern, PatternAnalysis, PatternOccurrence
from analytics.patterns.finding import count_of
from analytics.patterns.findings import Count, Finding, Findings, Identity
from analytics.patterns.summing import refresh
from analytics.patterns.table import Table
from executions.models import Execution, Job

MOST_EXAMPLES = 10
MOST_LOOKED_FOR = 2_000
"""So many older patterns of the project, the heaviest, are looked for in each execution."""
NAMES = Identity._fields


def store(execution: Execution, table: Table, findings: Findings) -> bool:
    """Write the occurrences of an execution anew, in one transaction; answers False where the execution is gone.

    Two at once are safe: the second waits for the first, and then writes the same again.
    """
    places = [place for one in findings.patterns for place in one.places[:MOST_EXAMPLES]]
    ids = _job_ids(execution, [table.positions[place] for place in places])
    at = execution.finished_at or timezone.now()
    found = {one.identity for one in findings.patterns}
    missed = {one: count_of(table, one) for one in _known(execution) - found}
    with transaction.atomic():
        # The engine holds the execution when it asks for a search: in the same order nobody waits in a circle.
        if not Execution.objects.select_for_update(no_key=True).filter(pk=execution.pk).first():
            return False
        PatternAnalysis.objects.select_for_update().filter(execution=execution).first()
        patterns = _patterns(execution, [one.identity for one in findings.patterns], missed)
        before = set(PatternOccurrence.objects.filter(execution=execution).values_list("pattern_id", flat=True))
        PatternOccurrence.objects.filter(execution=execution).delete()
        rows = [_found(execution, patterns[one.identity], one, table, ids, at) for one in findings.patterns]
        rows += [
            PatternOccurrence(pattern=patterns[one], execution=execution, at=at, is_found=False, **count._asdict())
            for one, count in missed.items()
            if count.n and one in patterns
        ]
        PatternOccurrence.objects.bulk_create(rows, batch_size=200)
        refresh({row.pattern_id for row in rows} | before)
    return True


def _known(execution: Execution) -> set[Identity]:
    """The patterns of the project that are looked for whether they occur or not."""
    patterns = FailurePattern.objects.filter(project=execution.project_id).order_by("-weight", "-pk")
    return {Identity(*one) for one in patterns.values_list(*NAMES)[:MOST_LOOKED_FOR]}


def _patterns(
    execution: Execution, found: Sequence[Identity], missed: Mapping[Identity, Count]
) -> Mapping[Identity, FailurePattern]:
    """The patterns with these identities, those that are new among them, all locked in one order."""
    new = [
        FailurePattern(organization_id=execution.organization_id, project_id=execution.project_id, **identity._asdict())
        for identity in sorted(found)
    ]
    FailurePattern.objects.bulk_create(new, ignore_conflicts=True, batch_size=200)
    locked = FailurePattern.objects.select_for_update(no_key=True).filter(project=execution.project_id).order_by("pk")
    by_identity = {Identity(*(str(getattr(one, name)) for name in NAMES)): one for one in locked}
    wanted = {*found, *missed}
    return {identity: one for identity, one in by_identity.items() if identity in wanted}


def _job_ids(execution: Execution, positions: Iterable[int]) -> Mapping[int, str]:
    wanted = sorted({int(one) for one in positions})
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 1000):
        jobs = Job.objects.filter(execution=execution, position__in=wanted[start : start + 1000])
        found |= {position: str(pk) for position, pk in jobs.values_list("position", "pk")}
    return found


def _found(
    execution: Execution,
    pattern: FailurePattern,
    finding: Finding,
    table: Table,
    ids: Mapping[int, str],
    at: datetime,
) -> PatternOccurrence:
    positions = np.asarray(table.positions, dtype=np.int32)[finding.places]
    lift = finding.lift
    return PatternOccurrence(
        pattern=pattern,
        execution=execution,
        at=at,
        is_found=True,
        lift=lift.value if lift else None,
        lift_low=lift.low if lift else None,
        lift_high=lift.high if lift else None,
        q=finding.q,
        weight=finding.weight,
        examples=[[ids[int(one)], finding.identity.column] for one in positions[:MOST_EXAMPLES] if int(one) in ids],
        details=[list(one) for one in finding.details],
        positions=packed(positions),
        **finding.count._asdict(),
    )


def packed(positions: NDArray[np.int32]) -> bytes:
    """Positions of jobs as a few bytes."""
    return zlib.compress(np.asarray(positions, dtype="<i4").tobytes(), 6)


def unpacked(stored: bytes) -> list[int]:
    """The positions of jobs that `packed` wrote."""
    raw = bytes(stored)
    return np.frombuffer(zlib.decompress(raw), dtype="<i4").tolist() if raw else []
