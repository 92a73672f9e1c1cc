"""Changing the ground truth: all or none, with a revision of every cell."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from mino.common.errors import InvalidInput, InvalidState
from mino.common.hooks import ground_truth_changed
from mino.tests.factories import BatchFactory
from projects.models import Batch, BatchStatus, Row, TruthRevision
from projects.services import truth
from projects.services.deletion import batch_delete, purge_deleted
from projects.services.truth import TruthSet, truth_restore, truth_set
from projects.services.truth_cells import CellChange, Seen, TruthOutdated

pytestmark = pytest.mark.django_db


def row_at(batch: Batch, position: int) -> Row:
    return batch.rows.get(position=position)


def change(
    batch: Batch,
    position: int,
    column: str,
    value: str | None,
    *,
    seen: str | Seen | None = Seen.ANYTHING,
    user: User | None = None,
) -> TruthSet:
    """Change one cell."""
    one = CellChange(row_at(batch, position).pk, column, value, seen)
    return truth_set(batch=batch, changes=[one], user=user, reason="The shop changed it")


def test_a_change_is_kept_with_who_why_before_and_after(batch: Batch, member: User) -> None:
    change(batch, 2, "price", " 129.00\x00 ", user=member)
    assert row_at(batch, 2).truth == {"title": "Kettle 2", "price": "129.00"}
    revision = TruthRevision.objects.get()
    assert (revision.row.position, revision.column, revision.before, revision.after) == (2, "price", "2.50", "129.00")
    assert (revision.user, revision.reason) == (member, "The shop changed it")


def test_a_value_that_is_there_already_is_no_change(batch: Batch) -> None:
    assert change(batch, 1, "price", "1.50").cells == 0
    assert not TruthRevision.objects.exists()


def test_a_row_without_any_truth_is_counted_as_such(batch: Batch) -> None:
    row = row_at(batch, 1)
    changes = [CellChange(row.pk, name, None) for name in ("title", "price")]
    truth_set(batch=batch, changes=changes, user=None)
    batch.refresh_from_db()
    row.refresh_from_db()
    assert (row.truth, row.has_truth, batch.truth_row_count) == ({}, False, 2)
    change(batch, 1, "title", "Kettle")
    batch.refresh_from_db()
    assert (row_at(batch, 1).has_truth, batch.truth_row_count) == (True, 3)


def test_a_revision_can_be_taken_back_which_is_a_revision_too(batch: Batch, member: User) -> None:
    change(batch, 1, "price", None)
    restored = truth_restore(revision=TruthRevision.objects.get(), user=member)
    assert row_at(batch, 1).truth["price"] == "1.50"
    assert [(one.before, one.after) for one in TruthRevision.objects.order_by("id")] == [("1.50", None), (None, "1.50")]
    assert restored.revisions[0].user == member


def test_nothing_changes_where_one_cell_is_not_as_it_was_seen(batch: Batch) -> None:
    changes = [
        CellChange(row_at(batch, 1).pk, "price", "7", seen="1.50"),
        CellChange(row_at(batch, 2).pk, "price", "8", seen="2.40"),
    ]
    with pytest.raises(InvalidState, match=r"price of row 2 meanwhile: it is “2\.50”"):
        truth_set(batch=batch, changes=changes, user=None)
    assert row_at(batch, 1).truth["price"] == "1.50"
    assert not TruthRevision.objects.exists()


def test_who_saw_no_truth_is_told_that_there_is_some_now(batch: Batch) -> None:
    with pytest.raises(InvalidState, match="meanwhile"):
        change(batch, 1, "price", "7", seen=None)
    change(batch, 1, "price", None, seen="1.50")
    change(batch, 1, "price", "7", seen=None)


@pytest.mark.parametrize("column", ["site_url", "colour", ""])
def test_only_columns_of_truth_can_be_changed(batch: Batch, column: str) -> None:
    with pytest.raises(InvalidInput, match="title, price"):
        change(batch, 1, column, "7")


def test_what_cannot_be_meant_is_refused(batch: Batch) -> None:
    row, elsewhere = row_at(batch, 1), row_at(BatchFactory(rows=1), 1)
    with pytest.raises(InvalidInput, match="32,767 characters into price"):
        change(batch, 1, "price", "9" * 32_768)
    with pytest.raises(InvalidInput, match="not in this batch"):
        truth_set(batch=batch, changes=[CellChange(elsewhere.pk, "price", "7")], user=None)
    with pytest.raises(InvalidInput, match="two values"):
        truth_set(batch=batch, changes=[CellChange(row.pk, "price", n) for n in "12"], user=None)
    with pytest.raises(InvalidInput, match="500 characters in the reason"):
        truth_set(batch=batch, changes=[CellChange(row.pk, "price", "7")], user=None, reason="x" * 501)
    assert row_at(batch, 1).truth["price"] == "1.50"


@pytest.mark.parametrize(
    ("value", "doubted"),
    [("call us", True), ("5|6.50", False), ("5|call us", True), ("(absent)", False), ("5|(Absent)", False)],
)
def test_a_value_that_is_no_number_is_taken_with_a_doubt(batch: Batch, value: str, doubted: bool) -> None:
    outcome = change(batch, 1, "price", value)
    assert outcome.cells == 1
    assert [("can't be read as a number" in one) for one in outcome.doubts] == ([True] if doubted else [])


def test_doubts_know_the_separator_of_the_column(batch: Batch) -> None:
    batch.columns.filter(name="price").update(options={"alternatives": ";"})
    assert not change(batch, 1, "price", "5; 6").doubts
    assert change(batch, 1, "price", "five; 6").doubts


def test_viewers_may_not(batch: Batch, viewer: User) -> None:
    with pytest.raises(PermissionDenied, match="Viewers can't change the truth"):
        change(batch, 1, "price", "7", user=viewer)


def test_what_a_listener_refuses_has_not_happened(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[uuid.UUID, Mapping[uuid.UUID, Collection[str]]]] = []

    def refuse(batch_id: uuid.UUID, changed: Mapping[uuid.UUID, Collection[str]]) -> None:
        told.append((batch_id, changed))
        raise InvalidState("Not now.")

    monkeypatch.setattr(ground_truth_changed, "_functions", [refuse])
    with pytest.raises(InvalidState, match="Not now"):
        change(batch, 1, "price", "7")
    assert told == [(batch.pk, {row_at(batch, 1).pk: {"price"}})]
    assert row_at(batch, 1).truth["price"] == "1.50"
    assert not TruthRevision.objects.exists()


def test_a_batch_that_is_being_deleted_is_left_alone(batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.DELETING)
    with pytest.raises(InvalidState, match="deleted a moment ago"):
        change(batch, 1, "price", "7")


def test_revisions_go_with_their_batch(batch: Batch) -> None:
    change(batch, 1, "price", "7")
    batch_delete(batch=batch, user=None)
    assert purge_deleted() == 1
    assert not TruthRevision.objects.exists()


def test_strangers_see_no_revisions(batch: Batch, viewer: User, stranger: User) -> None:
    change(batch, 1, "price", "7")
    assert TruthRevision.objects.visible_to(viewer).count() == 1
    assert TruthRevision.objects.visible_to(stranger).count() == 0


def test_all_cells_that_changed_meanwhile_are_told(batch: Batch) -> None:
    changes = [
        CellChange(row_at(batch, 1).pk, "price", "7", seen="0"),
        CellChange(row_at(batch, 2).pk, "price", "8", seen="2.50"),
        CellChange(row_at(batch, 3).pk, "title", "x", seen=None),
    ]
    with pytest.raises(TruthOutdated, match="1 more of these cells") as told:
        truth_set(batch=batch, changes=changes, user=None)
    assert [(change.column, row.position) for change, row in told.value.outdated] == [("price", 1), ("title", 3)]


def test_many_cells_are_set_piece_by_piece(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Mapping[uuid.UUID, Collection[str]]] = []
    monkeypatch.setattr(ground_truth_changed, "_functions", [lambda _batch, changed: told.append(changed)])
    monkeypatch.setattr(truth, "PIECE", 2)
    rows = list(batch.rows.all())
    changes = [CellChange(row.pk, name, None) for row in rows for name in ("title", "price")]
    assert truth.truth_set_many(batch=batch, changes=iter(changes), user=None, reason="Gone").cells == 6
    batch.refresh_from_db()
    assert (batch.truth_row_count, TruthRevision.objects.filter(reason="Gone").count()) == (0, 6)
    assert told == [{row.pk: {"title", "price"} for row in rows}]


def test_what_the_iterator_of_many_cells_raises_undoes_everything(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truth, "PIECE", 1)

    def changes() -> Iterator[CellChange]:
        yield CellChange(row_at(batch, 1).pk, "price", "7")
        yield CellChange(row_at(batch, 2).pk, "price", "8")
        raise InvalidState("It is another file by now.")

    with pytest.raises(InvalidState, match="another file"):
        truth.truth_set_many(batch=batch, changes=changes(), user=None)
    assert row_at(batch, 1).truth["price"] == "1.50"
    assert not TruthRevision.objects.exists()
