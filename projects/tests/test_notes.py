"""Notes on cells of truth."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from mino.common.errors import Forbidden, InvalidInput
from mino.tests.factories import MembershipFactory
from projects.models import Batch, Row, TruthNote
from projects.services import notes
from projects.services.deletion import batch_delete, purge_deleted
from projects.services.notes import note_add, note_delete

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(batch: Batch) -> Row:
    found: Row = batch.rows.get(position=1)
    return found


def test_a_note_keeps_its_author_and_its_cell(row: Row, member: User) -> None:
    note = note_add(row=row, column="price", text=" Called the shop\x00 ", user=member)
    assert (note.text, note.user, note.column, note.row) == ("Called the shop", member, "price", row)


@pytest.mark.parametrize(("column", "text"), [("price", " \n"), ("price", "x" * 1_001), ("site_url", "x")])
def test_what_is_no_note_on_a_cell_of_truth_is_refused(row: Row, member: User, column: str, text: str) -> None:
    with pytest.raises(InvalidInput):
        note_add(row=row, column=column, text=text, user=member)
    assert not TruthNote.objects.exists()


def test_viewers_write_no_notes(row: Row, viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        note_add(row=row, column="price", text="x", user=viewer)


def test_a_note_is_deleted_by_its_author_or_an_admin_only(row: Row, member: User, admin: User) -> None:
    other = MembershipFactory(organization=row.batch.organization).user
    first, second = (note_add(row=row, column="price", text=text, user=member) for text in "ab")
    with pytest.raises(Forbidden):
        note_delete(note=first, user=other)
    note_delete(note=first, user=member)
    note_delete(note=second, user=admin)
    assert not TruthNote.objects.exists()


def test_a_row_takes_only_so_many_notes(row: Row, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MAX_NOTES", 1)
    note_add(row=row, column="price", text="a", user=member)
    with pytest.raises(InvalidInput, match="already"):
        note_add(row=row, column="price", text="b", user=member)


def test_notes_go_with_their_batch(row: Row, member: User) -> None:
    note_add(row=row, column="price", text="a", user=member)
    batch_delete(batch=row.batch, user=None)
    purge_deleted()
    assert not TruthNote.objects.exists()
