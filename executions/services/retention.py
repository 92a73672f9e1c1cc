"""Removes pictures and raw answers that are older than they are to be kept."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.organizations.retention import RAW_RESULTS, SCREENSHOTS, shorter_than_installation
from executions.models import Screenshot, ScreenshotUsage, Session
from executions.pictures.limits import make_room
from executions.pictures.removing import remove_in_chunks
from mino.common.models import first_id_at

AT_ONCE = 1000
"""Attempts that are looked at in one transaction."""
WALKED = "raw-results-removed-before"
"""Where the cache says which attempts need no second look. Without it they are all looked at again, once."""
LONGEST_ATTEMPT = timedelta(days=1)
"""An attempt's id tells when it began; its raw answer came up to so much later."""


def screenshots_expire(*, now: datetime | None = None) -> int:
    """Remove pictures older than SCREENSHOT_DAYS or their organization's own time, and of organizations above their
    limit the oldest ones.

    Answers how many were too old.
    """
    until = (now or timezone.now()) - timedelta(days=settings.SCREENSHOT_DAYS)
    removed = remove_in_chunks(Screenshot.objects.filter(taken_at__lt=until).order_by("taken_at", "id"))
    for days, organizations in shorter_than_installation(SCREENSHOTS).items():
        before = (now or timezone.now()) - timedelta(days=days)
        for organization_id in organizations:
            old = Screenshot.objects.filter(organization=organization_id, taken_at__lt=before)
            removed += remove_in_chunks(old.order_by("taken_at", "id"))
    too_full = ScreenshotUsage.objects.filter(bytes__gt=settings.SCREENSHOT_BYTES_PER_ORGANIZATION)
    for organization_id in list(too_full.values_list("organization", flat=True)):
        make_room(organization_id, 0)
    return removed


def raw_results_expire(*, now: datetime | None = None) -> int:
    """Remove the raw answers of attempts that began more than RAW_RESULT_DAYS ago, or longer ago than their
    organization keeps them, and answer how many.

    The attempts are found by their ids, which begin with the time: no index on another column is needed, and what was
    walked before is not walked again.
    """
    moment = now or timezone.now()
    removed = _walk(Session.objects.all(), moment - timedelta(days=settings.RAW_RESULT_DAYS), WALKED)
    for days, organizations in shorter_than_installation(RAW_RESULTS).items():
        # With one organization more, all are looked through once again.
        who = sha256(b"".join(one.bytes for one in organizations)).hexdigest()[:16]
        theirs = Session.objects.filter(organization__in=organizations)
        removed += _walk(theirs, moment - timedelta(days=days), f"{WALKED}:{days}:{who}")
    return removed


def _walk(sessions: QuerySet[Session], began_before: datetime, walked: str) -> int:
    """Go through the attempts that began earlier, from where the cache says under `walked` that it went before."""
    after: uuid.UUID = cache.get(walked) or uuid.UUID(int=0)
    attempts = sessions.filter(pk__lt=first_id_at(began_before)).order_by("pk")
    removed = 0
    while found := list(attempts.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
        removed += _remove_raw_results(sessions, after, found[-1])
        after = found[-1]
    cache.set(walked, first_id_at(began_before - LONGEST_ATTEMPT), None)
    return removed


def _remove_raw_results(sessions: QuerySet[Session], after: uuid.UUID, last: uuid.UUID) -> int:
    kept = sessions.filter(pk__gt=after, pk__lte=last, raw_result__isnull=False)
    with transaction.atomic():
        # What is locked is being deleted at this moment.
        free = list(kept.select_for_update(skip_locked=True).values_list("pk", flat=True))
        return Session.objects.filter(pk__in=free).update(raw_result=None)
