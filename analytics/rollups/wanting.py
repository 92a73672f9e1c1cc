"""Asks for roll-ups: when an execution ends or is scored anew, and by a sweep for those that were missed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from analytics.models import ExecutionRollUp, SiteGeneration
from analytics.rollups.claims import STALE_AFTER, due
from analytics.rollups.removing import remove_generations
from executions.models import Execution
from mino.common.waking import wake
from projects.models import BatchStatus

TASK = "analytics.tasks.compute_roll_up"
PORTION = 50
LOOKED_AT = 500
"""The sweep looks at so many of the newest executions for ended ones without a roll-up."""
REFRESH_AFTER = timedelta(minutes=10)
"""How old the figures of an execution under way may become."""
ORPHANED_AFTER = timedelta(days=1)


def roll_up_want(execution_id: uuid.UUID) -> None:
    """This execution has just ended: compute its roll-up once that is committed. One statement, in its transaction."""
    roll_ups_want([execution_id])


def roll_ups_want(execution_ids: Collection[uuid.UUID]) -> None:
    """The results of these executions are others now: compute their roll-ups once that is committed."""
    _want(execution_ids)
    for execution_id in execution_ids:
        wake(TASK, str(execution_id))


def roll_ups_sweep() -> int:
    """Wake workers for roll-ups that are due: whose call was lost, whose worker died, or that nobody asked for yet.

    Answers how many were woken. May run twice, late, or never.
    """
    now = timezone.now()
    ready = Execution.objects.filter(batch__status=BatchStatus.READY)
    newest = list(Execution.objects.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT])
    _want_each(_missed().filter(pk__in=newest).values_list("pk", flat=True)[:PORTION])
    old = Q(roll_up__isnull=True) | Q(roll_up__as_of__lt=now - REFRESH_AFTER)
    under_way = ready.unfinished().filter(old, Q(completed_jobs__gt=0) | Q(error_jobs__gt=0))
    _want_each(under_way.filter(roll_up__wanted_at__isnull=True).values_list("pk", flat=True)[:PORTION])
    free = Q(claim__isnull=True) | Q(heartbeat__lte=now - STALE_AFTER)
    wanted = ExecutionRollUp.objects.filter(free, wanted_at__isnull=False, execution__batch__status=BatchStatus.READY)
    woken = [one for one in wanted.order_by("wanted_at")[: 4 * PORTION] if due(one, now)][:PORTION]
    for one in woken:
        wake(TASK, str(one.pk))
    return len(woken)


def roll_ups_tidy() -> None:
    """What reads all executions there are: ask for roll-ups that nobody asked for, remove what was broken off."""
    _want_each(_missed().values_list("pk", flat=True)[: 20 * PORTION])
    _remove_orphans()


def _missed() -> QuerySet[Execution]:
    """Ended executions without a roll-up."""
    found: QuerySet[Execution] = Execution.objects.filter(
        batch__status=BatchStatus.READY, finished_at__isnull=False, roll_up__isnull=True
    )
    return found


def _want(execution_ids: Iterable[uuid.UUID]) -> None:
    now = timezone.now()
    wanted = [ExecutionRollUp(execution_id=execution_id, wanted_at=now) for execution_id in sorted(execution_ids)]
    ExecutionRollUp.objects.bulk_create(
        wanted, update_conflicts=True, update_fields=["wanted_at"], unique_fields=["execution"]
    )


def _want_each(execution_ids: Iterable[uuid.UUID]) -> None:
    """Each in a transaction of its own: a sweep that waits for one must not hold another that the engine waits for."""
    for execution_id in list(execution_ids):
        _want([execution_id])


def _remove_orphans() -> None:
    """Remove sites of computings that were broken off."""
    is_read = ExecutionRollUp.objects.filter(generation=OuterRef("pk"), pk=OuterRef("execution_id"))
    old = SiteGeneration.objects.filter(created_at__lt=timezone.now() - ORPHANED_AFTER)
    remove_generations(old.filter(~Exists(is_read))[:PORTION])
