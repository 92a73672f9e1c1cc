"""What a pattern's occurrences say of it: when it was seen first and last, how heavy it is, and what cured it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from itertools import groupby

from django.utils import timezone

from analytics.models import FailurePattern, PatternOccurrence, PatternState, PatternTrend
from analytics.statistics.fisher import fisher_fewer, fisher_more
from executions.models import SampleMethod
from mino.common.bulk import update_many

AT_ONCE = 100
ENOUGH = 5
"""So many failures must be expected, were all as before, before their absence means anything."""
P = 0.025
"""The largest chance, one-sided, of so few failures were all as before."""
MOST_OCCURRENCES = 200
"""The newest occurrences that decide."""


def refresh(pattern_ids: Collection[uuid.UUID]) -> None:
    """Write the summaries of these patterns anew; the caller holds their locks."""
    ids = sorted(pattern_ids)
    for start in range(0, len(ids), AT_ONCE):
        _refresh(ids[start : start + AT_ONCE])


def _refresh(ids: Sequence[uuid.UUID]) -> None:
    states = dict(FailurePattern.objects.filter(pk__in=ids).values_list("pk", "state"))
    occurrences = (
        PatternOccurrence.objects.filter(pattern__in=ids)
        .select_related("execution__instruction_version")
        .defer("positions", "examples", "details", "execution__instruction_version__text")
        .order_by("pattern_id", "-at", "-pk")
    )
    rows = []
    for pattern_id, of_one in groupby(occurrences.iterator(chunk_size=500), key=lambda one: one.pattern_id):
        rows.append(_summary(pattern_id, states.get(pattern_id, PatternState.OPEN), list(of_one)[:MOST_OCCURRENCES]))
    update_many(FailurePattern, rows)
    empty = set(ids) - {row["id"] for row in rows}
    FailurePattern.objects.filter(pk__in=empty, occurrences=None).delete()


def _summary(pattern_id: uuid.UUID, state: str, newest_first: Sequence[PatternOccurrence]) -> dict[str, object]:
    seen = [one for one in newest_first if one.is_found]
    if not seen:
        state = state if state == PatternState.DISMISSED else PatternState.CURED
        return _values(pattern_id, state, None, None, None, newest_first)
    cure = cured_by(newest_first)
    if state != PatternState.DISMISSED:
        state = PatternState.CURED if cure else PatternState.OPEN
    return _values(pattern_id, state, seen[-1], seen[0], cure, newest_first)


def _values(
    pattern_id: uuid.UUID,
    state: str,
    first: PatternOccurrence | None,
    last: PatternOccurrence | None,
    cure: PatternOccurrence | None,
    newest_first: Sequence[PatternOccurrence],
) -> dict[str, object]:
    return {
        "id": pattern_id,
        "state": state,
        "cured_by_id": cure.execution.instruction_version_id if cure else None,
        "first_seen_at": first.at if first else None,
        "last_seen_at": last.at if last else None,
        "last_execution_id": last.execution_id if last else None,
        "frequency": last.frequency if last else 0,
        "n": last.n if last else 0,
        "lift": last.lift if last else None,
        "weight": last.weight if last else 0,
        "trend": trend_of(newest_first),
        "updated_at": timezone.now(),
    }


def trend_of(newest_first: Sequence[PatternOccurrence]) -> PatternTrend | str:
    """Whether the newest execution has a significantly larger or smaller share than the one before of its batch.

    Executions over chosen rows don't count: those that failed are run again, so that they fail more often than all.
    """
    telling = [one for one in newest_first if _tells_of_all_rows(one)]
    if not telling:
        return ""
    new = telling[0]
    batch = new.execution.batch_id
    old = next((one for one in telling[1:] if one.execution.batch_id == batch), None)
    if old is None:
        return ""
    counts = (new.frequency, new.n, old.frequency, old.n)
    if fisher_more(*counts) <= P:
        return PatternTrend.RISING
    return PatternTrend.FALLING if fisher_fewer(*counts) <= P else PatternTrend.STEADY


def cured_by(newest_first: Sequence[PatternOccurrence]) -> PatternOccurrence | None:
    """The first execution of a later version over the same batch in which the pattern is significantly rarer.

    None while it was seen after that, or while too little was run to tell. Executions over chosen rows can show that
    it is still there, but how rare it is they don't tell.
    """
    last_at = next((place for place, one in enumerate(newest_first) if one.is_found), None)
    if last_at is None:
        return None
    last = next((one for one in newest_first[last_at:] if one.is_found and _tells_of_all_rows(one)), None)
    if last is None:
        return None
    number, batch = last.execution.instruction_version.number, last.execution.batch_id
    later = [
        one
        for one in reversed(newest_first[:last_at])
        if one.execution.instruction_version.number > number
        and one.execution.batch_id == batch
        and _tells_of_all_rows(one)
    ]
    return next((one for one in later if _is_rarer(one, last)), None)


def _tells_of_all_rows(one: PatternOccurrence) -> bool:
    return one.execution.sample_method != SampleMethod.SELECTION


def _is_rarer(one: PatternOccurrence, before: PatternOccurrence) -> bool:
    expected = one.n * before.frequency / before.n if before.n else 0
    if expected < ENOUGH:
        return False
    return fisher_fewer(one.frequency, one.n, before.frequency, before.n) <= P
