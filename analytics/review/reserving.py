"""Cells that somebody looks at: nobody else is given them for five minutes, or as long as they are renewed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from analytics.models import ReviewReservation
from analytics.review.queue import Found, Queue
from executions.models import Execution, FieldResult

HELD = timedelta(minutes=5)
TRIES = 20


def cell_reserve(cell: FieldResult, user: User) -> datetime | None:
    """Reserve a cell for the user, or renew that; answers until when, None while somebody else has it.

    One conditional update, or an insert that a unique constraint guards: two can't succeed.
    """
    now = timezone.now()
    until = now + HELD
    same = ReviewReservation.objects.filter(row=cell.job.row_id, column=cell.column)
    free = Q(user=user) | Q(expires_at__lte=now)
    if same.filter(free).update(user=user, execution=cell.execution_id, expires_at=until):
        return until
    if same.exists():
        return None
    try:
        with transaction.atomic():
            ReviewReservation.objects.create(
                execution_id=cell.execution_id,
                row_id=cell.job.row_id,
                column=cell.column,
                user=user,
                expires_at=until,
            )
    except IntegrityError:
        return None
    return until


def cells_release(execution: Execution, user: User, *, but: FieldResult | None = None) -> None:
    """Give back what the user holds in an execution, but one cell."""
    held = ReviewReservation.objects.filter(execution=execution, user=user)
    if but is not None:
        held = held.exclude(row=but.job.row_id, column=but.column)
    held.delete()


def holder_of(cell: FieldResult) -> ReviewReservation | None:
    """Who looks at a cell now."""
    same = ReviewReservation.objects.filter(row=cell.job.row_id, column=cell.column, expires_at__gt=timezone.now())
    return same.select_related("user").first()


def next_reserved(
    queue: Queue, execution: Execution, user: User, *, place: str = "", back: bool = False
) -> Found | None:
    """Reserve the first cell of the queue, or the one behind or before a place, and give the user's others back."""
    found = None
    for _ in range(TRIES):
        found = queue.before(place) if back else queue.after(place) if place else queue.first()
        if found is None or cell_reserve(found.cell, user):
            break  # else somebody was faster: that cell is out of the queue by now
    cells_release(execution, user, but=found.cell if found else None)
    return found
