"""A file that is made in the background because it is large."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import ApiKey, Organization
from accounts.permissions import Principal
from analytics.exporting.formats import LABELS, ExportFormat
from mino.common.models import Dated, Identified
from projects.models import Project, projects_of


class ExportKind(models.TextChoices):
    """What is exported."""

    RESULTS = "results", "Results"
    BATCH = "batch", "Batch"


class ExportStatus(models.TextChoices):
    """Where an export stands: queued -> writing -> ready -> expired. Until it is ready it may become cancelled or
    failed; a person may have it made again from failed, cancelled and expired."""

    QUEUED = "queued", "Queued"
    WRITING = "writing", "Writing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


AT_WORK = (ExportStatus.QUEUED, ExportStatus.WRITING)


class ExportQuerySet(models.QuerySet["Export"]):
    """Exports, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> ExportQuerySet:
        """Those of the projects that the user may see."""
        return self.filter(project__in=projects_of(user))


class Export(Identified, Dated):
    """A file on its way, or waiting to be fetched until `expires_at`.

    `batch_id`, and for results `execution_id`, say of what; they are no foreign keys, since a deleted batch takes its
    exports with it by `batch_purging`. `parameters` are the checked choices of the form. `name` is that of the file
    without its ending, `file` where it lies in the storage. Whoever writes it holds `claim` and renews `heartbeat`; a
    claim without heartbeat is taken over, `claims` times at most.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="exports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=7, choices=ExportKind)
    batch_id = models.UUIDField(db_index=True)
    execution_id = models.UUIDField(null=True, blank=True)
    format = models.CharField(max_length=5, choices=[(one.value, label) for one, label in LABELS.items()])
    parameters = models.JSONField(default=dict, blank=True)
    title = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=9, choices=ExportStatus, default=ExportStatus.QUEUED)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    file = models.CharField(max_length=255, blank=True)
    error = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claims = models.PositiveSmallIntegerField(default=0, editable=False)
    heartbeat = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["organization", "created_by", "-created_at", "-id"], name="export_newest_of_user"),
            # Those of one kind, and of one execution; a batch has few, which its own index finds.
            models.Index(
                fields=["organization", "created_by", "kind", "-created_at", "-id"], name="export_newest_of_kind"
            ),
            models.Index(
                fields=["execution_id", "-created_at", "-id"],
                name="export_newest_of_execution",
                condition=Q(execution_id__isnull=False),
            ),
            models.Index(fields=["heartbeat"], name="export_at_work", condition=Q(status__in=["queued", "writing"])),
            models.Index(fields=["expires_at"], name="export_to_expire", condition=Q(status="ready")),
        ]

    def __str__(self) -> str:
        return f"{self.title} as {self.format}"

    @property
    def is_at_work(self) -> bool:
        """Whether it waits to be written, or is being written."""
        return self.status in AT_WORK

    @property
    def can_be_made_again(self) -> bool:
        """Whether there is no file, and none comes by itself."""
        return self.status in (ExportStatus.FAILED, ExportStatus.CANCELLED, ExportStatus.EXPIRED)

    @property
    def export_format(self) -> ExportFormat:
        """The format as such."""
        return ExportFormat(self.format)

    @property
    def progress(self) -> dict[str, int]:
        """How much is done and how much is left, in per cent."""
        done = min(100, round(100 * self.rows_done / self.rows_total)) if self.rows_total else 0
        return {"completed": done, "queued": 100 - done}

    def may_be_fetched(self, now: datetime) -> bool:
        """Whether its file is there, and its time is not over."""
        return self.status == ExportStatus.READY and self.expires_at is not None and self.expires_at > now
