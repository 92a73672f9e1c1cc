"""Finds what was left lying of scoring anew, and lets people try again what has failed."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import record
from accounts.permissions import Principal, require
from executions.models import Rescoring, RescoringStatus
from executions.rescoring.claims import MOST_CLAIMS, STALE_AFTER
from executions.rescoring.ordering import RUN_TASK
from mino.common.waking import wake
from projects.models import Batch

WAITED = timedelta(seconds=10)
PORTION = 200
TIRED = "The workers that did it ended before it was done, again and again. Try again, or tell an administrator."


def rescorings_sweep() -> int:
    """Wake workers for what waits or whose worker died; answers how many were woken."""
    now = timezone.now()
    abandoned = Q(claim=None) | Q(heartbeat__lt=now - STALE_AFTER)
    running = Rescoring.objects.filter(abandoned, status=RescoringStatus.RUNNING)
    running.filter(claims__gte=MOST_CLAIMS).update(
        status=RescoringStatus.FAILED, claim=None, error=TIRED, updated_at=now
    )
    waiting = Q(status=RescoringStatus.PENDING, heartbeat__lt=now - WAITED)
    begun = abandoned & Q(status__in=[RescoringStatus.RUNNING, RescoringStatus.TIDYING])
    woken = list(Rescoring.objects.filter(waiting | begun).values_list("pk", flat=True)[:PORTION])
    for rescoring_id in woken:
        wake(RUN_TASK, str(rescoring_id))
    return len(woken)


def rescorings_retry(*, batch: Batch, user: Principal) -> int:
    """Try again what has failed in a batch; answers how many executions that are. Raises PermissionDenied."""
    require(user, "projects.change_ground_truth", batch.project)
    failed = Rescoring.objects.filter(batch=batch, status=RescoringStatus.FAILED)
    ids = list(failed.values_list("pk", flat=True))
    now = timezone.now()
    with transaction.atomic():
        tried: int = failed.filter(pk__in=ids).update(
            status=RescoringStatus.PENDING, claims=0, error="", heartbeat=now, updated_at=now
        )
        if tried:
            record("batch.rescoring_retried", batch, organization=batch.organization_id, by=user, count=tried)
    for rescoring_id in ids:
        wake(RUN_TASK, str(rescoring_id))
    return tried
