"""Adds what executions did to the usage of their organizations' months.

A job that ends changes nothing of the organization, or all workers would wait for its row. The sweep adds, for each
execution on which something has changed, what is not added yet.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.limits.history import work_add
from executions.models import Execution

LATE = timedelta(hours=1)
"""So long after its end an execution is looked at: what stopped attempts cost may become known later."""
AT_ONCE = 500


def metering_sweep(*, now: datetime | None = None) -> None:
    """Add what all executions did since they were last looked at. Sent by beat; again adds nothing."""
    moment = now or timezone.now()
    last: uuid.UUID | None = None
    while True:
        due = _due(moment).order_by("pk")
        after = due.filter(pk__gt=last) if last else due
        found = list(after.values_list("pk", flat=True)[:AT_ONCE])
        for last in found:
            execution_meter(last, now=moment)
        if len(found) < AT_ONCE:
            return


def _due(now: datetime) -> QuerySet[Execution]:
    """Those of which something is not added yet, or which need not be looked at again."""
    has_rows = Q(metered_rows__lt=F("completed_jobs") + F("error_jobs"))
    has_cost = Q(cost__gt=F("metered_cost")) | Q(cost__lt=F("metered_cost"))
    found: QuerySet[Execution] = Execution.objects.filter(
        has_rows | has_cost | Q(finished_at__lte=now - LATE), is_metering=True
    )
    return found


def execution_meter(execution_id: uuid.UUID, *, now: datetime) -> None:
    """Add what one execution did since it was last looked at to this month's usage.

    A row that is queued again after an error, and ends again, is one row; what it costs adds up.
    """
    with transaction.atomic():
        locked = Execution.objects.select_for_update(no_key=True).filter(pk=execution_id).first()
        if locked is None:
            return
        rows = max(0, locked.completed_jobs + locked.error_jobs - locked.metered_rows)
        cost = locked.cost - locked.metered_cost
        if rows or cost:
            work_add(locked.organization_id, rows=rows, cost=cost, currency=locked.currency, now=now)
        may_change = locked.finished_at is None or locked.finished_at > now - LATE
        Execution.objects.filter(pk=execution_id).update(
            metered_rows=locked.metered_rows + rows, metered_cost=locked.cost, is_metering=may_change
        )
