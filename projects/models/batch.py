"""An uploaded table of sites."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from accounts.models import ApiKey, Organization
from accounts.permissions import Principal
from mino.common.models import Dated, Identified
from projects.models.folder import Folder
from projects.models.project import Project, projects_of


class BatchStatus(models.TextChoices):
    """Whether a batch may be used: it is unseen while it is importing or being deleted."""

    IMPORTING = "importing", "Importing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    DELETING = "deleting", "Deleting"


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> BatchQuerySet:
        """The ready ones of the projects that the user may see."""
        return self.filter(project__in=projects_of(user), status=BatchStatus.READY)


class Batch(Identified, Dated):
    """A table of sites, some columns being the known truth.

    `row_count` and `truth_row_count` (rows with at least one truth cell) are set when it becomes ready. `content_hash`
    is the SHA-256 of the imported file in hexadecimal and says whether the same file was imported before.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="batches", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="batches", db_index=False)
    folder = models.ForeignKey(Folder, models.SET_NULL, null=True, blank=True, related_name="batches", db_index=False)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=9, choices=BatchStatus, default=BatchStatus.IMPORTING)
    source_name = models.CharField(max_length=255, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    truth_row_count = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    tags = models.ManyToManyField("projects.Tag", through="projects.TaggedBatch", related_name="batches")

    objects: ClassVar[Any] = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        verbose_name_plural = "batches"
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="batch_newest_of_project"),
            models.Index(fields=["organization", "-created_at", "-id"], name="batch_newest"),
            # The same in other orders.
            models.Index(fields=["organization", "name", "id"], name="batch_by_name"),
            models.Index(fields=["organization", "row_count", "id"], name="batch_by_size"),
            models.Index(fields=["project", "content_hash"], name="batch_by_content"),
            models.Index(fields=["folder", "-created_at", "-id"], name="batch_newest_of_folder"),
            # What the background has to remove; it looks every minute.
            models.Index(fields=["id"], name="batch_to_remove", condition=models.Q(status="deleting")),
        ]

    def __str__(self) -> str:
        return self.name
