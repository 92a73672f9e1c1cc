"""Changes to the ground truth: every change of a cell is kept as a revision and can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.authors import author_fields
from accounts.models import Organization
from accounts.permissions import Principal, require
from mino.common.bulk import insert_many, update_many
from mino.common.errors import InvalidInput, InvalidState
from mino.common.hooks import ground_truth_changed
from mino.common.models import new_id
from projects.models import Batch, BatchStatus, Row, TruthRevision
from projects.services.checks import checked_text
from projects.services.truth_cells import (
    CellChange,
    Doubter,
    Seen,
    checked_value,
    columns_of,
    refuse_many,
    refuse_outdated,
)
from projects.telling import truth_tell

MAX_REASON = 500
PIECE = 2_000
"""Cells that are written together."""
SHOWN_CELLS = 20
"""Up to so many cells the audit trail shows with their values."""


@dataclass(frozen=True, slots=True)
class CellDoubt:
    """A doubt about the new value of a cell, as a sentence."""

    row_id: uuid.UUID
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class TruthSet:
    """What changed: the revisions written, and doubts about values that can't be read as their column's type."""

    revisions: Sequence[TruthRevision] = ()
    cell_doubts: Sequence[CellDoubt] = ()

    @property
    def cells(self) -> int:
        """How many cells have another value now."""
        return len(self.revisions)

    @property
    def change_id(self) -> uuid.UUID | None:
        """What the revisions share; None where nothing changed."""
        return self.revisions[0].change if self.revisions else None

    @property
    def doubts(self) -> Sequence[str]:
        """The sentences of the doubts."""
        return [one.message for one in self.cell_doubts]


@dataclass(frozen=True, slots=True)
class ManySet:
    """What changed of many cells: how many have another value now, and what their revisions share (None: nothing)."""

    cells: int
    change_id: uuid.UUID | None


def truth_set(*, batch: Batch, changes: Sequence[CellChange], user: Principal | None, reason: str = "") -> TruthSet:
    """Give cells of truth other values, all or none; cells that hold their value already are left alone.

    Stored results are scored anew in the same transaction. Raises InvalidInput for a value, a row or a column that
    can't be used, TruthOutdated where cells are not as the editor saw them, InvalidState, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change_ground_truth", batch.project)
    reason = checked_text("reason", reason, what="the reason", maximum=MAX_REASON)
    refuse_many(changes)
    columns = columns_of(batch, changes)
    with transaction.atomic():
        locked = lock_batch(batch)
        made = _Change(locked, user, reason)
        revisions, gained = _write_cells(made, changes)
        _finish(made, gained, _columns_by_row(revisions))
        _record(batch, user, reason, len(revisions), {one.column for one in revisions}, revisions)
    doubter = Doubter(columns.values())
    doubts = [(one, doubter(one.column, one.after)) for one in revisions]
    return TruthSet(revisions, [CellDoubt(one.row_id, one.column, doubt) for one, doubt in doubts if doubt])


def truth_set_many(*, batch: Batch, changes: Iterable[CellChange], user: Principal | None, reason: str = "") -> ManySet:
    """The same for any number of cells, taken from an iterator piece by piece.

    The iterator runs inside the transaction, with the batch locked: what it raises undoes everything. It must not give
    a cell twice. Only the ids of the changed rows are kept in memory.
    """
    if user is not None:
        require(user, "projects.change_ground_truth", batch.project)
    reason = checked_text("reason", reason, what="the reason", maximum=MAX_REASON)
    cells = gained = 0
    changed: dict[uuid.UUID, Collection[str]] = {}
    shared: dict[frozenset[str], frozenset[str]] = {}
    with transaction.atomic():
        locked = lock_batch(batch)
        made, remaining = _Change(locked, user, reason), iter(changes)
        while piece := list(islice(remaining, PIECE)):
            columns_of(batch, piece)
            revisions, more = _write_cells(made, piece)
            cells, gained = cells + len(revisions), gained + more
            for row_id, names in _columns_by_row(revisions).items():
                together = frozenset([*changed.get(row_id, ()), *names])
                changed[row_id] = shared.setdefault(together, together)
        _finish(made, gained, changed)
        _record(batch, user, reason, cells, {name for names in shared for name in names})
    return ManySet(cells, made.id if cells else None)


def truth_restore(
    *, revision: TruthRevision, user: Principal | None, reason: str = "", seen: str | Seen | None = Seen.ANYTHING
) -> TruthSet:
    """Give the cell of a revision the value again that it had before. Raises what `truth_set` raises."""
    change = CellChange(revision.row_id, revision.column, revision.before, seen)
    reason = reason or f"Takes back a change of {_day(revision)}"
    return truth_set(batch=revision.batch, changes=[change], user=user, reason=reason)


def truth_restore_change(*, batch: Batch, change: uuid.UUID, user: Principal | None, reason: str = "") -> ManySet:
    """Give all cells that were changed together the values again that they had before.

    Cells that were changed again since stay as they are. Raises what `truth_set_many` raises, and InvalidState where
    none of them holds what the change wrote.
    """
    together = TruthRevision.objects.filter(batch=batch, change=change)
    if not reason and (first := together.order_by("id").first()):
        reason = f"Takes back a change of {together.count():,} cells of {_day(first)}"
    done = truth_set_many(batch=batch, changes=_backwards(batch, change), user=user, reason=reason)
    if not done.cells:
        raise InvalidState("None of these cells holds what this change wrote: there is nothing to take back.")
    return done


def _day(revision: TruthRevision) -> str:
    return f"{revision.created_at.day} {revision.created_at:%B %Y}"


def _backwards(batch: Batch, change: uuid.UUID) -> Iterator[CellChange]:
    """What takes a change back, read piece by piece while the batch is locked."""
    revisions = TruthRevision.objects.filter(batch=batch, change=change).select_related("row").order_by("id")
    reached: uuid.UUID | None = None
    while piece := list((revisions.filter(id__gt=reached) if reached else revisions)[:PIECE]):
        reached = piece[-1].pk
        for one in piece:
            if one.row.truth.get(one.column) == one.after:
                yield CellChange(one.row_id, one.column, one.before)


def lock_batch(batch: Batch) -> Batch:
    """Let no execution start meanwhile, whose results would miss the change, and nobody else change this truth.

    Both locks let rows that refer to the locked ones come and go, as those of running jobs do.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=batch.organization_id)
    locked: Batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if locked.status != BatchStatus.READY:
        raise InvalidState("This batch is not ready, or was deleted a moment ago.")
    return locked


def _rows(batch: Batch, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Row]:
    found = Row.objects.filter(batch=batch, pk__in=set(ids)).order_by("pk").select_for_update(no_key=True)
    rows = {row.pk: row for row in found.only("position", "truth", "has_truth")}
    if missing := len(set(ids)) - len(rows):
        raise InvalidInput(f"{missing} of these rows {'is' if missing == 1 else 'are'} not in this batch.")
    return rows


@dataclass(frozen=True, slots=True)
class _Change:
    """Who changes cells together, and why."""

    batch: Batch
    user: Principal | None
    reason: str
    id: uuid.UUID = field(default_factory=new_id)

    def revision(self, row: Row, column: str, value: str | None) -> TruthRevision:
        return TruthRevision(
            batch=self.batch,
            row=row,
            column=column,
            before=row.truth.get(column),
            after=value,
            reason=self.reason,
            **author_fields(self.user, "user"),
            created_at=timezone.now(),
            change=self.id,
        )


def _write_cells(made: _Change, changes: Sequence[CellChange]) -> tuple[list[TruthRevision], int]:
    """Write cells with their revisions; answers these, and how many rows more have truth now."""
    wanted = [(one, checked_value(one.column, one.value)) for one in changes]
    rows = _rows(made.batch, [one.row_id for one in changes])
    refuse_outdated(rows, changes)
    revisions = [
        made.revision(rows[one.row_id], one.column, value)
        for one, value in wanted
        if rows[one.row_id].truth.get(one.column) != value
    ]
    return revisions, _write(rows, revisions)


def _write(rows: Mapping[uuid.UUID, Row], revisions: Sequence[TruthRevision]) -> int:
    values: dict[uuid.UUID, dict[str, str | None]] = {}
    for one in revisions:
        values.setdefault(one.row_id, dict(rows[one.row_id].truth))[one.column] = one.after
    gained = 0
    for row_id, truth in values.items():
        row = rows[row_id]
        row.truth = {name: value for name, value in truth.items() if value is not None}
        gained += bool(row.truth) - row.has_truth
        row.has_truth = bool(row.truth)
    update_many(Row, [{"id": pk, "truth": rows[pk].truth, "has_truth": rows[pk].has_truth} for pk in values])
    insert_many(TruthRevision, [_as_values(one) for one in revisions])
    return gained


def _finish(made: _Change, gained: int, changed: Mapping[uuid.UUID, Collection[str]]) -> None:
    """Count the rows with truth, and tell who keeps results of the changed cells."""
    batch = made.batch
    if changed:
        batch.truth_row_count += gained
        batch.save(update_fields=["truth_row_count", "updated_at"])
        ground_truth_changed.call(batch.pk, changed)
        truth_tell(batch, changed, change_id=made.id, reason=made.reason)


def _record(
    batch: Batch,
    user: Principal | None,
    reason: str,
    count: int,
    columns: Collection[str],
    revisions: Sequence[TruthRevision] = (),
) -> None:
    """One entry of the audit trail; of many cells the revisions tell the values."""
    if not count:
        return
    shown = revisions if len(revisions) <= SHOWN_CELLS else ()
    before = {f"{one.column}, row {one.row.position}": one.before for one in shown}
    after: dict[str, Any] = {f"{one.column}, row {one.row.position}": one.after for one in shown}
    after |= {"reason": reason or None} if shown else {"reason": reason or None, "columns": sorted(columns)}
    record("truth.changed", batch, organization=batch.organization_id, before=before, after=after, by=user, count=count)


def _columns_by_row(revisions: Sequence[TruthRevision]) -> Mapping[uuid.UUID, Collection[str]]:
    changed: dict[uuid.UUID, set[str]] = {}
    for one in revisions:
        changed.setdefault(one.row_id, set()).add(one.column)
    return changed


def _as_values(revision: TruthRevision) -> dict[str, object]:
    return {field.attname: getattr(revision, field.attname) for field in revision._meta.local_fields}
