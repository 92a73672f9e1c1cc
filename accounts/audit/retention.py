"""Removes entries of the audit trail that are older than AUDIT_DAYS, some at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.audit.erasing import AT_ONCE, entries_remove_before
from accounts.audit.recording import record

MOST_AT_ONCE = 200_000
"""So many go in one call, so that a worker is free again after some seconds; the next call goes on."""


def entries_expire(*, now: datetime | None = None) -> int:
    """Remove what is too old, in short transactions, and answer how many went; that it happened is an entry itself."""
    until = (now or timezone.now()) - timedelta(days=settings.AUDIT_DAYS)
    removed = 0
    while removed < MOST_AT_ONCE and (some := entries_remove_before(until, at_most=AT_ONCE)):
        removed += some
        if some < AT_ONCE:
            break
    if removed:
        record("audit.expired", None, organization=None, before={"until": until}, count=removed)
    return removed
