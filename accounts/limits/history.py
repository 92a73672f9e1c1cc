"""Keeps what an organization used in each month: a row a month, written together with what it counts."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.limits.months import month_of
from accounts.models.organization import Organization
from accounts.models.usage_month import UsageMonth


def projects_keep(organization_id: uuid.UUID, *, now: datetime | None = None) -> None:
    """Note how many projects there are at this point of the month."""
    count = Organization.objects.values_list("project_count", flat=True).get(pk=organization_id)
    _write(organization_id, month_of(now or timezone.now()), projects=count)


def executions_keep(organization_id: uuid.UUID) -> None:
    """Note how many executions were started in the month that is being counted."""
    month, count = Organization.objects.values_list("execution_month", "execution_count").get(pk=organization_id)
    if month is not None:
        _write(organization_id, month, executions=count)


def requests_add(organization_id: uuid.UUID, count: int, *, now: datetime | None = None) -> None:
    """Add requests to the API."""
    _write(organization_id, month_of(now or timezone.now()), requests=F("requests") + count)


def work_add(organization_id: uuid.UUID, *, rows: int, cost: Decimal, currency: str, now: datetime) -> None:
    """Add rows that were run and what their agents cost."""
    with transaction.atomic():
        month = month_of(now)
        _write(organization_id, month, rows=F("rows") + rows)
        if cost:
            mine = UsageMonth.objects.select_for_update().get(organization=organization_id, month=month)
            mine.costs[currency] = str(Decimal(mine.costs.get(currency, "0")) + cost)
            mine.save(update_fields=["costs"])


def _write(organization_id: uuid.UUID, month: date, **values: Any) -> None:
    """Change the row of the month; the first change of a month makes it, with as many projects as there are."""
    row = UsageMonth.objects.filter(organization=organization_id, month=month)
    if row.update(**values):
        return
    with transaction.atomic():
        # Locked before the insert, whose foreign key would wait for it: who holds it may wait for this very row.
        organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        new = UsageMonth(organization=organization, month=month, projects=organization.project_count)
        UsageMonth.objects.bulk_create([new], ignore_conflicts=True)
        row.update(**values)
