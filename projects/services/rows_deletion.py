"""Deletes rows of a batch, a few hundred in a transaction, and then closes the gaps in the numbers of the others.

Positions must be dense again: samples and selections are made of them. Until they are, a row stands behind the number
of rows, which is how `gaps_close_all` finds what was broken off, and why no execution is started meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils import timezone

from accounts.audit import record, summed
from accounts.models import Organization
from accounts.permissions import Principal, require
from mino.common.bulk import update_many
from mino.common.errors import InvalidState
from mino.common.hooks import rows_deleting, rows_moved, rows_purging, rows_settled
from mino.common.waking import wake
from projects.models import Batch, BatchStatus, Row

DELETED_AT_ONCE = 200
MOVED_AT_ONCE = 2_000
MOVED_BY_REQUEST = 20_000
"""Up to so many rows get their new numbers before the request is answered; more of them by a worker."""
FAR = 1_000_000_000
"""Added to positions on their way: no two rows may have the same one, not even for a moment."""
CLOSE_TASK = "projects.tasks.purge_deleted"


def rows_delete(*, batch: Batch, user: Principal | None, rows: Sequence[uuid.UUID]) -> int:
    """Delete rows with their truth, its history, and their results in all executions; answers how many it were.

    Each portion is a transaction of its own. Raises InvalidState while an execution of the batch is unfinished or its
    results are scored anew (what was deleted by then stays deleted), or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.delete", batch.project)
    ids = list(rows)
    deleted, first = 0, _first(batch, ids)
    with summed():
        for at in range(0, len(ids), DELETED_AT_ONCE):
            part = ids[at : at + DELETED_AT_ONCE]
            rows_purging.call(batch.pk, part)
            deleted += _delete_some(batch, part, user)
    if deleted:
        _settle(batch.pk, first)
    return deleted


def gaps_close(batch_id: uuid.UUID, start: int | None = None) -> None:
    """Give the rows from position `start` on (None: from the first gap on) dense numbers, some per transaction."""
    place: int | None = _first_gap(batch_id) if start is None else start
    while place is not None:
        place = _close_some(batch_id, place)
    rows_settled.call(batch_id)


def gaps_close_all() -> int:
    """Go on with what was broken off, or was too much for a request; answers how many batches it concerned."""
    behind = Row.objects.filter(batch=OuterRef("pk"), position__gt=OuterRef("row_count"))
    batches = list(Batch.objects.filter(Exists(behind), status=BatchStatus.READY).values_list("pk", flat=True))
    for batch_id in batches:
        gaps_close(batch_id)
    return len(batches)


def has_gaps(batch: Batch) -> bool:
    """Whether rows are just being deleted, so that positions are not dense."""
    return Row.objects.filter(batch=batch, position__gt=F("batch__row_count")).exists()


def _settle(batch_id: uuid.UUID, first: int) -> None:
    if Row.objects.filter(batch=batch_id, position__gt=first).count() <= MOVED_BY_REQUEST:
        gaps_close(batch_id, first)
    else:
        rows_settled.call(batch_id)
        wake(CLOSE_TASK)


def _delete_some(batch: Batch, ids: Sequence[uuid.UUID], user: Principal | None) -> int:
    with transaction.atomic():
        _lock(batch.pk)
        chosen = Row.objects.filter(batch=batch, pk__in=ids)
        counts = chosen.aggregate(rows=Count("pk"), with_truth=Count("pk", filter=Q(has_truth=True)))
        if counts["rows"]:
            rows_deleting.call(batch.pk, ids)
            chosen.delete()
            Batch.objects.filter(pk=batch.pk).update(
                row_count=F("row_count") - counts["rows"],
                truth_row_count=F("truth_row_count") - counts["with_truth"],
                updated_at=timezone.now(),
            )
            record("row.deleted", batch, organization=batch.organization_id, by=user, count=counts["rows"])
        return int(counts["rows"])


def _close_some(batch_id: uuid.UUID, start: int) -> int | None:
    """Number the next rows from `start` on. Answers where to go on, None at the end."""
    with transaction.atomic():
        _lock(batch_id)
        following = Row.objects.filter(batch=batch_id, position__gte=start).order_by("position")
        rows = list(following.values_list("pk", "position")[:MOVED_AT_ONCE])
        moved = {pk: new for new, (pk, old) in enumerate(rows, start) if new != old}
        if moved:
            Row.objects.filter(batch=batch_id, position__gte=start, position__lte=rows[-1][1]).update(
                position=F("position") + FAR
            )
            update_many(Row, [{"id": pk, "position": new} for new, (pk, _) in enumerate(rows, start)])
            rows_moved.call(batch_id, list(moved))
        return start + len(rows) if len(rows) == MOVED_AT_ONCE else None


def _lock(batch_id: uuid.UUID) -> None:
    """Let no execution start and nobody else change these rows meanwhile."""
    batch = Batch.objects.only("organization_id").get(pk=batch_id)
    Organization.objects.select_for_update(no_key=True).get(pk=batch.organization_id)
    if Batch.objects.select_for_update(no_key=True).get(pk=batch_id).status != BatchStatus.READY:
        raise InvalidState("This batch is not ready, or was deleted a moment ago.")


def _first(batch: Batch, ids: Sequence[uuid.UUID]) -> int:
    """The lowest position among them."""
    parts = (ids[at : at + DELETED_AT_ONCE] for at in range(0, len(ids), DELETED_AT_ONCE))
    lowest = [Row.objects.filter(batch=batch, pk__in=part).aggregate(first=Min("position"))["first"] for part in parts]
    return min((one for one in lowest if one is not None), default=1)


def _first_gap(batch_id: uuid.UUID) -> int:
    """The first position without a row, found by halving."""
    rows = Row.objects.filter(batch=batch_id)
    low, high = 1, rows.count() + 1
    while low < high:
        middle = (low + high) // 2
        if rows.filter(position__lte=middle).count() == middle:
            low = middle + 1
        else:
            high = middle
    return low
