"""Copies of a person's data: ordered, fetched and removed."""

from __future__ import annotations

from datetime import timedelta
from typing import IO

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import record_of_person
from accounts.models import PersonExport, PersonExportStatus, User
from accounts.models.person_export import PersonExportQuerySet
from accounts.privacy.exporting import KEPT, MOST_CLAIMS, STALE_AFTER, UNWRITTEN
from mino.common.errors import InvalidState
from mino.common.waking import wake

RUN_TASK = "accounts.tasks.run_person_export"
WAITED = timedelta(seconds=10)
PORTION = 200


def person_export_order(user: User) -> PersonExport:
    """Have a copy made of all that is kept about the user. Raises InvalidState while another one is being made."""
    try:
        with transaction.atomic():
            export: PersonExport = PersonExport.objects.create(user=user, heartbeat=timezone.now())
            record_of_person("user.export_ordered", user, by=user)
    except IntegrityError:
        raise InvalidState("A copy of your data is being made already. A mail tells you when it is ready.") from None
    wake(RUN_TASK, str(export.pk))
    return export


def person_export_open(export: PersonExport, user: User) -> IO[bytes]:
    """The file of one's own export, noted in the audit trail. Raises InvalidState when it is not there (any more)."""
    if export.user_id != user.pk or not export.can_be_fetched:
        raise InvalidState("This copy is not kept any more. Order another one.")
    try:
        file: IO[bytes] = default_storage.open(export.file)
    except FileNotFoundError:
        raise InvalidState("The file of this copy is gone. Order another one.") from None
    record_of_person("user.export_downloaded", user, by=user)
    return file


def person_exports_sweep() -> int:
    """Wake workers for exports that wait or whose worker died; answers how many were woken.

    One that was begun too often ends as failed: it may be what makes the workers die.
    """
    now = timezone.now()
    abandoned = Q(status=PersonExportStatus.WRITING, heartbeat__lt=now - STALE_AFTER)
    PersonExport.objects.filter(abandoned, claims__gte=MOST_CLAIMS).update(
        status=PersonExportStatus.FAILED, claim=None, error=UNWRITTEN, expires_at=now + KEPT, updated_at=now
    )
    waiting = Q(status=PersonExportStatus.QUEUED, heartbeat__lt=now - WAITED)
    woken = list(PersonExport.objects.filter(waiting | abandoned).values_list("pk", flat=True)[:PORTION])
    for export_id in woken:
        wake(RUN_TASK, str(export_id))
    return len(woken)


def person_exports_expire() -> int:
    """Remove the exports whose time is over, with their files; answers how many went."""
    over = PersonExport.objects.filter(expires_at__lte=timezone.now())
    return _remove(over)


def person_exports_remove(user: User) -> int:
    """Remove all exports of a person, with their files; whoever writes one finds its claim lost."""
    return _remove(PersonExport.objects.filter(user=user))


def _remove(exports: PersonExportQuerySet) -> int:
    gone = 0
    while found := list(exports[:PORTION]):
        for export in found:
            if export.file:
                default_storage.delete(export.file)
        PersonExport.objects.filter(pk__in=[export.pk for export in found]).delete()
        gone += len(found)
    return gone
