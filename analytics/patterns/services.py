"""Looks for the patterns of executions, and does what people decide about them."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from accounts.audit import record
from accounts.permissions import require
from analytics.models import FailurePattern, PatternAnalysis, PatternOccurrence, PatternState
from analytics.patterns.finding import find_patterns
from analytics.patterns.gathering import gather
from analytics.patterns.remedies import Remedy, remedy_of
from analytics.patterns.storing import store, unpacked
from analytics.patterns.words import title_of
from executions.models import Execution, ExecutionStatus, Job
from executions.services.cloning import rows_run
from mino.common.errors import InvalidState
from mino.common.waking import wake
from projects.models import InstructionVersion, Project
from projects.services.checks import MAX_DESCRIPTION
from projects.services.versions import version_create

logger = logging.getLogger(__name__)
TASK = "analytics.tasks.analyse_patterns"
STALE_AFTER = timedelta(seconds=60)
"""A search that said nothing for so long was lost with its worker, or with its wake-up call."""
MOST_ATTEMPTS = 5
"""A search that ended so often before it was done is given up until it is asked for again."""
REST = timedelta(minutes=2)
"""The sweep leaves alone what was looked through so short a time ago."""
PORTION = 50
NEWEST = 200
"""So many of the newest executions are looked at for those of which no search was ever asked for."""
SEARCHES = ("waiting", "done", "failed", "never")
ENDED = (ExecutionStatus.COMPLETED, ExecutionStatus.STOPPED, ExecutionStatus.FAILED)


def patterns_want(execution_ids: Collection[uuid.UUID]) -> None:
    """Have the patterns of these executions looked for (again), in the background."""
    patterns_want_later(execution_ids)
    for execution_id in execution_ids:
        wake(TASK, str(execution_id))


def patterns_want_later(execution_ids: Collection[uuid.UUID]) -> None:
    """The same when the sweep comes and the last search is long enough ago: one search for the edits of some time."""
    now = timezone.now()
    wanted = [PatternAnalysis(execution_id=one, wanted_at=now) for one in sorted(set(execution_ids))]
    PatternAnalysis.objects.bulk_create(
        wanted,
        update_conflicts=True,
        update_fields=["wanted_at", "heartbeat", "attempts"],
        unique_fields=["execution"],
    )


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


def search_status(analysis: PatternAnalysis | None) -> str:
    """How far the search for the patterns of an execution is, one of `SEARCHES`.

    It has failed when no worker is at it any more and the sweep has given it up.
    """
    if analysis is None or (analysis.wanted_at is None and analysis.analysed_at is None):
        return "never"
    if analysis.wanted_at is None:
        return "done"
    is_alive = analysis.heartbeat is not None and analysis.heartbeat > timezone.now() - STALE_AFTER
    return "waiting" if is_alive or analysis.attempts < MOST_ATTEMPTS else "failed"


def patterns_sweep() -> int:
    """Wake workers for searches that may wait, were lost or never asked for; answers how many."""
    now = timezone.now()
    newest = list(Execution.objects.order_by("-pk").values_list("pk", flat=True)[:NEWEST])
    searched = PatternAnalysis.objects.filter(pk=OuterRef("pk")).values("pk")[:1]  # no join: PostgreSQL may read all
    ended = Execution.objects.filter(pk__in=newest, status__in=ENDED).annotate(searched=Subquery(searched))
    forgotten = ended.filter(searched=None)
    for pk in list(forgotten.values_list("pk", flat=True)):  # each for itself: what waits must not hold another
        PatternAnalysis.objects.bulk_create([PatternAnalysis(execution_id=pk, wanted_at=now)], ignore_conflicts=True)
    wanted = PatternAnalysis.objects.filter(wanted_at__isnull=False, attempts__lt=MOST_ATTEMPTS)
    lost = wanted.exclude(heartbeat__gt=now - STALE_AFTER).exclude(analysed_at__gt=now - REST).order_by("wanted_at")
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


def remedy_for(pattern: FailurePattern, latest: PatternOccurrence | None) -> Remedy:
    """What may be done about a pattern, by the occurrence that showed it last."""
    columns = latest.execution.scored_columns if latest else []
    kind = next((str(one["type"]) for one in columns if one["name"] == pattern.column), "")
    return remedy_of(pattern, latest.details if latest else [], kind)


def pattern_instruct(pattern: FailurePattern, *, user: Any) -> InstructionVersion:
    """Add the sentence against a pattern to the newest instructions, as their next version.

    Raises InvalidState where there is no such sentence, or where the instructions hold it already, and what
    `version_create` raises.
    """
    require(user, "projects.change", pattern.project)
    sentence = remedy_for(pattern, latest_seen(pattern)).instruction
    if not sentence:
        raise InvalidState("No sentence in the instructions helps against this pattern. Read what its remedy advises.")
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=pattern.project_id)
        newest = project.versions.order_by("-number").first()
        if newest is not None and sentence in newest.text:
            raise InvalidState(f"Version {newest.number} says that already. Run it, and see whether it helps.")
        text = "\n".join([newest.text.rstrip(), sentence] if newest else [sentence])
        return version_create(project=project, user=user, text=text, change_description=about_remedy(pattern))


def about_remedy(pattern: FailurePattern) -> str:
    """What a version changes that holds the sentence against a pattern."""
    return f"{pattern.column}: {title_of(pattern)}"[:MAX_DESCRIPTION]


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
