"""Looks for the patterns of executions, and does what people decide about them."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.audit import record
from accounts.permissions import require
from analytics.models import FailurePattern, PatternAnalysis, PatternOccurrence, PatternState
from analytics.patterns.finding import find_patterns
from analytics.patterns.gathering import gather
from analytics.patterns.storing import store, unpacked
from executions.models import Execution, ExecutionStatus, Job
from executions.services.cloning import rows_run
from mino.common.errors import InvalidState
from mino.common.waking import wake
from projects.models import InstructionVersion

logger = logging.getLogger(__name__)
TASK = "analytics.tasks.analyse_patterns"
STALE_AFTER = timedelta(seconds=60)
"""A search that said nothing for so long was lost with its worker, or with its wake-up call."""
MOST_ATTEMPTS = 5
"""A search that ended so often before it was done is given up until it is asked for again."""
PORTION = 50
NEWEST = 200
"""So many of the newest executions are looked at for those of which no search was ever asked for."""
ENDED = (ExecutionStatus.COMPLETED, ExecutionStatus.STOPPED, ExecutionStatus.FAILED)


def patterns_want(execution_ids: Collection[uuid.UUID]) -> None:
    """Have the patterns of these executions looked for (again), in the background."""
    now = timezone.now()
    values = {"wanted_at": now, "heartbeat": None, "attempts": 0}
    for execution_id in sorted(set(execution_ids)):
        PatternAnalysis.objects.update_or_create(execution_id=execution_id, defaults=values)
        wake(TASK, str(execution_id))


def patterns_want_one(execution_id: uuid.UUID) -> None:
    """An execution has ended."""
    patterns_want([execution_id])


def patterns_ask(execution: Execution, *, user: Any) -> None:
    """Somebody wants the patterns of an execution to be looked for now. Raises InvalidState while it runs."""
    require(user, "projects.run_execution", execution.project)
    if not execution.is_finished:
        raise InvalidState("Patterns are looked for when an execution has ended.")
    with transaction.atomic():
        patterns_want([execution.pk])
        record("pattern.searched", execution, organization=execution.organization_id, by=user)


def patterns_analyse(execution_id: uuid.UUID) -> bool:
    """Look for the patterns of an execution, if that is wanted, and keep them; answers whether it was done.

    Results that change meanwhile are wanted anew by those who change them.
    """
    analysis = PatternAnalysis.objects.select_related("execution__project").filter(pk=execution_id).first()
    if analysis is None or analysis.wanted_at is None:
        return False
    wanted_at: datetime = analysis.wanted_at
    mine = PatternAnalysis.objects.filter(pk=execution_id)
    mine.update(heartbeat=timezone.now(), attempts=F("attempts") + 1)

    def told(done: int) -> None:
        mine.update(heartbeat=timezone.now())

    table = gather(analysis.execution, told)
    findings = find_patterns(table)
    if not store(analysis.execution, table, findings):
        return False
    mine.filter(wanted_at=wanted_at).update(wanted_at=None)
    mine.update(
        analysed_at=timezone.now(),
        heartbeat=None,
        jobs=len(table.positions),
        cells=int((table.cells >= 0).sum()) if len(table.positions) else 0,
        tests=findings.tests,
    )
    return True


def patterns_sweep() -> int:
    """Wake workers for searches that were lost or never asked for; answers how many."""
    now = timezone.now()
    newest = list(Execution.objects.order_by("-pk").values_list("pk", flat=True)[:NEWEST])
    forgotten = Execution.objects.filter(pk__in=newest, status__in=ENDED, pattern_analysis=None)
    PatternAnalysis.objects.bulk_create(
        [PatternAnalysis(execution_id=pk, wanted_at=now) for pk in forgotten.values_list("pk", flat=True)],
        ignore_conflicts=True,
    )
    wanted = PatternAnalysis.objects.filter(wanted_at__isnull=False, attempts__lt=MOST_ATTEMPTS)
    lost = wanted.exclude(heartbeat__gt=now - STALE_AFTER).order_by("wanted_at")
    ids = list(lost.values_list("pk", flat=True)[:PORTION])
    for execution_id in ids:
        wake(TASK, str(execution_id))
    return len(ids)


def pattern_dismiss(pattern: FailurePattern, *, user: Any) -> None:
    """Put a pattern aside: it is not listed as open any more, however often it is seen."""
    _decide(pattern, PatternState.DISMISSED, user)


def pattern_reopen(pattern: FailurePattern, *, user: Any) -> None:
    """Take a pattern up again that was dismissed, or that was taken for cured."""
    _decide(pattern, PatternState.OPEN, user)


def _decide(pattern: FailurePattern, state: PatternState, user: Any) -> None:
    require(user, "projects.change", pattern.project)
    others = FailurePattern.objects.filter(pk=pattern.pk).exclude(state=state)
    action = "pattern.dismissed" if state is PatternState.DISMISSED else "pattern.reopened"
    with transaction.atomic():
        if others.update(state=state, updated_at=timezone.now()):
            record(action, pattern, organization=pattern.organization_id, after={"state": state}, by=user)


def latest_seen(pattern: FailurePattern) -> PatternOccurrence | None:
    """The pattern in the execution that showed it last."""
    found = pattern.occurrences.filter(is_found=True).select_related(
        "execution__instruction_version", "execution__batch"
    )
    latest: PatternOccurrence | None = (
        found.defer("execution__instruction_version__text").order_by("-at", "-pk").first()
    )
    return latest


def pattern_rows(occurrence: PatternOccurrence) -> list[int]:
    """The rows behind an occurrence, by their positions in the batch today."""
    positions = unpacked(bytes(occurrence.positions))
    rows: set[int] = set()
    for start in range(0, len(positions), 1000):
        jobs = Job.objects.filter(execution=occurrence.execution_id, position__in=positions[start : start + 1000])
        rows.update(jobs.values_list("row__position", flat=True))
    return sorted(rows)


def pattern_run(pattern: FailurePattern, *, user: Any, version: InstructionVersion | None = None) -> Execution:
    """Start a new execution over exactly the rows of a pattern, as the execution that showed it last, or by `version`.

    Raises InvalidState where nothing is left to run, and what `execution_create` raises.
    """
    require(user, "projects.run_execution", pattern.project)
    latest = latest_seen(pattern)
    if latest is None:
        raise InvalidState("No execution shows this pattern any more, so there is nothing to run again.")
    return rows_run(latest.execution_id, pattern_rows(latest), user=user, version=version)


def patterns_remove(batch_id: uuid.UUID) -> None:
    """Remove what was found in a batch that is being deleted."""
    seen = PatternOccurrence.objects.filter(execution__batch=batch_id)
    ids = set(seen.values_list("pattern_id", flat=True))
    seen.delete()
    PatternAnalysis.objects.filter(execution__batch=batch_id).delete()
    FailurePattern.objects.filter(pk__in=ids, occurrences=None).delete()
