"""One worker at a time scores an execution anew: it holds a claim and renews its heartbeat with every chunk."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

from celery.signals import worker_shutting_down
from django.db.models import F, Q
from django.utils import timezone

from executions.models import Rescoring, RescoringStatus
from mino.common.models import new_id

STALE_AFTER = timedelta(seconds=60)
MOST_CLAIMS = 5
"""How often it may be begun without getting any further: it may be what makes workers die."""

shutting_down = threading.Event()
"""This process was told to end: what it works on is handed back."""


class ClaimLost(Exception):
    """Somebody else has taken it over: write nothing more."""


@worker_shutting_down.connect
def hand_back(**_: Any) -> None:
    """Let the scoring anew of this process stop at its next chunk."""
    shutting_down.set()


def claim(rescoring_id: uuid.UUID) -> uuid.UUID | None:
    """Take what waits, or whose worker has died; None if there is nothing to take."""
    token, now = new_id(), timezone.now()
    given = {"claim": token, "claims": F("claims") + 1, "heartbeat": now}
    mine = Rescoring.objects.filter(pk=rescoring_id)
    if mine.filter(status=RescoringStatus.PENDING).update(status=RescoringStatus.RUNNING, **given):
        return token
    abandoned = Q(claim=None) | Q(heartbeat__lt=now - STALE_AFTER)
    running = Q(status=RescoringStatus.RUNNING, claims__lt=MOST_CLAIMS)
    taken = mine.filter(abandoned, running | Q(status=RescoringStatus.TIDYING)).update(**given)
    return token if taken else None


def move(rescoring_id: uuid.UUID, token: uuid.UUID, source: RescoringStatus, **values: object) -> None:
    """Write values as long as the claim holds and the status is `source`. Raises ClaimLost."""
    mine = Rescoring.objects.filter(pk=rescoring_id, claim=token, status=source)
    now = timezone.now()
    if not mine.update(**{"heartbeat": now, "updated_at": now, "claims": 1, **values}):
        raise ClaimLost


def give_back(rescoring_id: uuid.UUID, token: uuid.UUID) -> None:
    """Let another worker go on; this claim does not count."""
    Rescoring.objects.filter(pk=rescoring_id, claim=token).update(claim=None, claims=0)


def give_up(rescoring_id: uuid.UUID, token: uuid.UUID, sentence: str) -> None:
    """End it as failed: readers keep seeing the old verdicts, until somebody tries again."""
    Rescoring.objects.filter(pk=rescoring_id, claim=token, status=RescoringStatus.RUNNING).update(
        status=RescoringStatus.FAILED, claim=None, error=sentence, updated_at=timezone.now()
    )
