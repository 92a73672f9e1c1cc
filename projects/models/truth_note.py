"""What people note beside a cell of truth."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from accounts.authors import author_name
from accounts.models import ApiKey
from accounts.permissions import Principal
from mino.common.models import Identified
from projects.models.batch import Batch, BatchStatus
from projects.models.project import projects_of
from projects.models.row import Row

MAX_NOTE = 1_000


class TruthNoteQuerySet(models.QuerySet["TruthNote"]):
    """Notes, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> TruthNoteQuerySet:
        """Those of the ready batches of the projects that the user may see."""
        return self.filter(batch__project__in=projects_of(user), batch__status=BatchStatus.READY)


class TruthNote(Identified):
    """A note on one cell of truth: where the value was found, why it is doubtful. It changes no figure."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="truth_notes", db_index=False)
    row = models.ForeignKey(Row, models.CASCADE, related_name="truth_notes", db_index=False)
    column = models.CharField(max_length=200)
    text = models.CharField(max_length=MAX_NOTE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = TruthNoteQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        default_permissions = ()
        indexes = [
            # The notes of a row, and of the fifty rows of a piece of the sheet.
            models.Index(fields=["row", "created_at", "id"], name="truth_notes_of_row"),
            models.Index(fields=["batch", "created_at", "id"], name="truth_notes_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.column}: {self.text:.60}"

    @property
    def author_name(self) -> str:
        """Who wrote it, in words."""
        return author_name(self.user, self.api_key) or "Somebody who left"
