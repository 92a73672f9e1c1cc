"""Counts projects and executions of an organization, and refuses what its plan does not allow.

The counters are columns of the organization. Each is changed by one conditional UPDATE within the transaction that
makes the project or the execution: it waits for others that do the same, sees what they did, and is undone together
with what it counted. So two requests at once can't both take the last place.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Case, DateField, F, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.limits.history import executions_keep, projects_keep
from accounts.limits.months import month_of
from accounts.limits.plans import allowed
from accounts.limits.standing import Standing, executions_standing, projects_standing
from accounts.models.organization import Organization
from mino.common.errors import QuotaExceeded


def project_count(organization_id: uuid.UUID) -> None:
    """Count one more project, in the transaction that makes it. Raises QuotaExceeded."""
    mine = Organization.objects.filter(pk=organization_id)
    free = mine.alias(allowed=allowed("projects")).filter(Q(allowed=None) | Q(project_count__lt=F("allowed")))
    with transaction.atomic():
        if not free.update(project_count=F("project_count") + 1):
            raise _exceeded(projects_standing(mine.get()))
        projects_keep(organization_id)


def project_uncount(organization_id: uuid.UUID) -> None:
    """Count one project less, in the transaction that deletes it."""
    counted = Organization.objects.filter(pk=organization_id, project_count__gt=0)
    with transaction.atomic():
        counted.update(project_count=F("project_count") - 1)
        projects_keep(organization_id)


def execution_count(organization_id: uuid.UUID, *, now: datetime | None = None) -> None:
    """Count one more execution of this month, in the transaction that starts it. Raises QuotaExceeded.

    The first one of a month begins the count anew; nobody has to do it on the 1st. A server whose clock is behind
    counts into the month that another one has begun.
    """
    month = Value(month_of(now or timezone.now()), output_field=DateField())
    mine = Organization.objects.filter(pk=organization_id)
    counted = Case(
        When(execution_month__gte=month, then=F("execution_count")), default=Value(0), output_field=IntegerField()
    )
    free = mine.alias(allowed=allowed("executions_a_month"), counted=counted)
    free = free.filter(Q(allowed=None) | Q(counted__lt=F("allowed")))
    with transaction.atomic():
        begun = Greatest(Coalesce(F("execution_month"), month), month)
        if not free.update(execution_count=counted + 1, execution_month=begun):
            raise _exceeded(executions_standing(mine.get(), now=now))
        executions_keep(organization_id)


def _exceeded(standing: Standing) -> QuotaExceeded:
    return QuotaExceeded(standing.refusal, limits=standing.limits)
