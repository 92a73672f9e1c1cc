"""Notes on cells of truth: anybody who may change the truth writes them, their author or an admin deletes them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.models import User
from accounts.permissions import require
from mino.common.errors import Detail, Forbidden, InvalidInput
from mino.common.values.columns import ColumnRole
from projects.models import Row, TruthNote
from projects.models.truth_note import MAX_NOTE
from projects.services.checks import checked_text

MAX_NOTES = 100


def note_add(*, row: Row, column: str, text: str, user: User) -> TruthNote:
    """Write a note on a cell of the row. Raises InvalidInput or PermissionDenied."""
    require(user, "projects.change_ground_truth", row.batch.project)
    text = checked_text("text", text, what="the note", maximum=MAX_NOTE).strip()
    if not text:
        raise InvalidInput("Write something into the note.", details=[Detail("text", "Write something.")])
    if not row.batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=column).exists():
        message = f"The batch has no column of truth called {column:.100}."
        raise InvalidInput(message, details=[Detail("column", message)])
    with transaction.atomic():
        Row.objects.select_for_update(no_key=True).only("pk").get(pk=row.pk)
        if row.truth_notes.count() >= MAX_NOTES:
            raise InvalidInput(f"This row has {MAX_NOTES} notes already. Delete one that is not needed any more.")
        note: TruthNote = TruthNote.objects.create(
            batch=row.batch, row=row, column=column, text=text, user=user, created_at=timezone.now()
        )
        after = {"row": row.position, "column": column, "text": text}
        record("truth.note_added", row.batch, organization=row.batch.organization_id, after=after, by=user)
    return note


def note_delete(*, note: TruthNote, user: User) -> None:
    """Delete a note. Raises Forbidden unless the user wrote it or is an admin."""
    require(user, "projects.change_ground_truth", note.batch.project)
    if not may_delete(note, user):
        raise Forbidden("Only who wrote a note, an admin or an owner deletes it.")
    with transaction.atomic():
        if TruthNote.objects.filter(pk=note.pk).delete()[0]:
            before = {"row": note.row.position, "column": note.column, "text": note.text}
            record("truth.note_deleted", note.batch, organization=note.batch.organization_id, before=before, by=user)


def may_delete(note: TruthNote, user: User) -> bool:
    """Whether this person deletes this note: its author while they may change the truth, or an admin."""
    project = note.batch.project
    if note.user_id == user.pk:
        return user.has_perm("projects.change_ground_truth", project)
    return user.has_perm("projects.delete", project)
