"""One worker at a time computes the roll-up of an execution."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from analytics.exporting.background.claims import shutting_down
from analytics.models import ExecutionRollUp
from mino.common.models import new_id

STALE_AFTER = timedelta(minutes=2)
REST = 10
"""What took long is not computed again before so many times as long: nobody's changes keep a worker busy for ever."""
SHORT = 1.0
"""Seconds of computing that need no rest."""
TELL_EVERY = 5.0


class ClaimLost(Exception):
    """The execution is gone, or somebody else computes it now: stop, and leave nothing behind."""


def due(roll_up: ExecutionRollUp, now: datetime) -> bool:
    """Whether something is to be computed, nobody is at it, and the rest is over."""
    if roll_up.wanted_at is None or (roll_up.claim and roll_up.heartbeat and roll_up.heartbeat > now - STALE_AFTER):
        return False
    if roll_up.as_of is None or roll_up.seconds_taken <= SHORT:
        return True
    return now >= roll_up.as_of + timedelta(seconds=(REST + 1) * roll_up.seconds_taken)


class Claim:
    """The right to compute the roll-up of one execution."""

    def __init__(self, execution_id: uuid.UUID, token: uuid.UUID, wanted_at: datetime | None) -> None:
        self._mine = ExecutionRollUp.objects.filter(pk=execution_id, claim=token)
        self._wanted_at = wanted_at
        self._told = time.monotonic()

    @classmethod
    def take(cls, execution_id: uuid.UUID, now: datetime) -> Claim | None:
        """Take it where something is due; None where not, or where somebody was faster."""
        roll_up = ExecutionRollUp.objects.filter(pk=execution_id).first()
        if roll_up is None or not due(roll_up, now):
            return None
        token = new_id()
        free = Q(claim__isnull=True) | Q(heartbeat__lte=now - STALE_AFTER)
        taken = ExecutionRollUp.objects.filter(free, pk=execution_id).update(claim=token, heartbeat=now)
        return cls(execution_id, token, roll_up.wanted_at) if taken else None

    def hold(self) -> None:
        """Say that the work goes on. Raises ClaimLost."""
        if shutting_down.is_set():
            self.give_back()
            raise ClaimLost
        if time.monotonic() - self._told >= TELL_EVERY:
            self._told = time.monotonic()
            if not self._mine.update(heartbeat=timezone.now()):
                raise ClaimLost

    def give_back(self) -> None:
        """Let another worker begin anew."""
        self._mine.update(claim=None, heartbeat=None)

    def finish(self, **values: object) -> None:
        """Write what was computed, and end the claim; what changed meanwhile stays wanted. Raises ClaimLost."""
        wanted = Case(When(wanted_at=self._wanted_at, then=Value(None)), default=F("wanted_at"))
        if not self._mine.update(claim=None, heartbeat=None, wanted_at=wanted, **values):
            raise ClaimLost
