"""Removes entries of the audit trail that are older than they are to be kept, some at a time."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.audit.erasing import AT_ONCE, entries_remove_before
from accounts.audit.recording import record
from accounts.organizations.retention import AUDIT, shorter_than_installation

MOST_AT_ONCE = 200_000
"""So many go in one call, so that a worker is free again after some seconds; the next call goes on."""


def entries_expire(*, now: datetime | None = None) -> int:
    """Remove what is too old, in short transactions, and answer how many went; that it happened is an entry itself."""
    moment = now or timezone.now()
    removed = _expire(moment - timedelta(days=settings.AUDIT_DAYS), None, MOST_AT_ONCE)
    for days, organizations in shorter_than_installation(AUDIT).items():
        for organization_id in organizations:
            removed += _expire(moment - timedelta(days=days), organization_id, MOST_AT_ONCE - removed)
    return removed


def _expire(until: datetime, organization_id: uuid.UUID | None, most: int) -> int:
    """Remove the entries from before `until`, of one organization or all, about `most` of them."""
    removed = 0
    while removed < most and (some := entries_remove_before(until, organization_id=organization_id, at_most=AT_ONCE)):
        removed += some
        if some < AT_ONCE:
            break
    if removed:
        record("audit.expired", None, organization=organization_id, before={"until": until}, count=removed)
    return removed
