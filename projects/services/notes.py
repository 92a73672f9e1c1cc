"""Notes on cells of truth: whoever may change the truth writes them, their author or an admin deletes them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.authors import author_fields
from accounts.models import User
from accounts.permissions import Principal, require
from mino.common.errors import Detail, Forbidden, InvalidInput
from mino.common.values.columns import ColumnRole
from projects.models import Row, TruthNote
from projects.models.truth_note import MAX_NOTE
from projects.services.checks import checked_text

MAX_NOTES = 100


def note_add(*, row: Row, column: str, text: str, user: Principal) -> TruthNote:
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
            batch=row.batch,
            row=row,
            column=column,
            text=text,
            created_at=timezone.now(),
            **author_fields(user, "user"),
        )
        after = {"row": row.position, "column": column, "text": text}
        record("truth.note_added", row.batch, organization=row.batch.organization_id, after=after, by=user)
    return note


def note_delete(*, note: TruthNote, user: Principal) -> None:
    """Delete a note. Raises Forbidden unless the user wrote it or is an admin."""
    require(user, "projects.change_ground_truth", note.batch.project)
    if not may_delete(note, user):
        raise Forbidden("Only who wrote a note, an admin or an owner deletes it.")
    with transaction.atomic():
        if TruthNote.objects.filter(pk=note.pk).delete()[0]:
            before = {"row": note.row.position, "column": note.column, "text": note.text}
            record("truth.note_deleted", note.batch, organization=note.batch.organization_id, before=before, by=user)


def may_delete(note: TruthNote, user: Principal) -> bool:
    """Whether this person or program deletes this note: its author, or an admin; of a note that lost its author,
    everybody who may change the truth. A program is no admin, whatever its key may.
    """
    project = note.batch.project
    if not user.has_perm("projects.change_ground_truth", project):
        return False
    authors = {note.user_id, note.api_key_id} - {None}
    if not authors or user.pk in authors:
        return True
    return isinstance(user, User) and user.has_perm("projects.delete", project)
