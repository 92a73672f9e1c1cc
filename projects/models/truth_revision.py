"""What was changed in the truth: one entry for each cell and change."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.authors import author_name
from accounts.models import ApiKey
from accounts.permissions import Principal
from mino.common.models import Identified
from projects.models.batch import Batch, BatchStatus
from projects.models.project import projects_of
from projects.models.row import Row


class TruthRevisionQuerySet(models.QuerySet["TruthRevision"]):
    """Revisions, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> TruthRevisionQuerySet:
        """Those of the ready batches of the projects that the user may see."""
        return self.filter(batch__project__in=projects_of(user), batch__status=BatchStatus.READY)


class TruthRevision(Identified):
    """One change of one cell of truth: who made it, when and why, and the cell's text before and after.

    None before or after says that no truth was known. Revisions are only ever added: putting an old value back is a
    change like any other. `change` is the same for all cells that were changed together, so that they can be taken
    back together; None where that was not kept.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="truth_revisions", db_index=False)
    row = models.ForeignKey(Row, models.CASCADE, related_name="truth_revisions", db_index=False)
    column = models.CharField(max_length=200)
    before = models.TextField(null=True)  # noqa: DJ001 - an unknown truth is no truth
    after = models.TextField(null=True)  # noqa: DJ001 - as before
    reason = models.CharField(max_length=500, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    change = models.UUIDField(null=True, editable=False)

    objects: ClassVar[Any] = TruthRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["batch", "-created_at", "-id"], name="truth_newest_of_batch"),
            models.Index(fields=["row", "-created_at", "-id"], name="truth_newest_of_row"),
            models.Index(
                fields=["change", "-created_at", "-id"],
                name="truth_newest_of_change",
                condition=Q(change__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column}: {self.before!r:.40} -> {self.after!r:.40}"

    @property
    def author_name(self) -> str:
        """Who made it, in words."""
        return author_name(self.user, self.api_key) or "Command line"
