"""The import of a file: from the upload to the batch that it becomes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from accounts.models import ApiKey, Organization
from accounts.permissions import Principal
from mino.common.models import Dated, Identified
from projects.models.batch import Batch
from projects.models.folder import Folder
from projects.models.project import Project, projects_of


class ImportStatus(models.TextChoices):
    """Where an import stands.

    uploaded -> checking -> checked -> queued -> importing -> ready. Choosing other columns goes back from checked to
    uploaded. Until it is ready it may become cancelled (by a person) or failed; these three are final.
    """

    UPLOADED = "uploaded", "Uploaded"
    CHECKING = "checking", "Checking"
    CHECKED = "checked", "Checked"
    QUEUED = "queued", "Queued"
    IMPORTING = "importing", "Importing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


FINAL = frozenset({ImportStatus.READY, ImportStatus.FAILED, ImportStatus.CANCELLED})
AT_WORK = frozenset({ImportStatus.UPLOADED, ImportStatus.CHECKING, ImportStatus.QUEUED, ImportStatus.IMPORTING})


class BatchImportQuerySet(models.QuerySet["BatchImport"]):
    """Imports, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> BatchImportQuerySet:
        """Those of the projects that the user may see."""
        return self.filter(project__in=projects_of(user))


class BatchImport(Identified, Dated):
    """A file on its way to become a batch.

    `file` names the staged copy in the storage. `reading` says how it is read (encoding, delimiter, quote, header,
    sheet), `columns` what was guessed and chosen for each column, `report` what the last check found. The batch gets
    `name`, `description` and `folder`.
    With `starts_by_itself` it is loaded as soon as it is checked, unless lines have errors that are not to be left out.
    Whoever works on it holds `claim` and renews `heartbeat`; a claim without heartbeat is taken over.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="imports", db_index=False)
    folder = models.ForeignKey(Folder, models.SET_NULL, null=True, blank=True, related_name="+")
    batch = models.OneToOneField(Batch, models.SET_NULL, null=True, blank=True, related_name="imported_by")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    status = models.CharField(max_length=9, choices=ImportStatus, default=ImportStatus.UPLOADED)
    file = models.CharField(max_length=255, blank=True)
    source_name = models.CharField(max_length=255, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    is_pasted = models.BooleanField(default=False)
    reading = models.JSONField(default=dict, blank=True)
    columns = models.JSONField(default=list, blank=True)
    report = models.JSONField(default=dict, blank=True)
    name = models.CharField(max_length=100, blank=True)
    description = models.CharField(max_length=500, blank=True)
    leave_out_errors = models.BooleanField(default=False)
    starts_by_itself = models.BooleanField(default=False)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    share = models.FloatField(default=0.0)
    error = models.TextField(blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    heartbeat = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = BatchImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="import_newest"),
            models.Index(fields=["project", "-created_at", "-id"], name="import_newest_of_project"),
            models.Index(fields=["updated_at"], name="import_staged", condition=~models.Q(file="")),
            models.Index(
                fields=["heartbeat"],
                name="import_at_work",
                condition=models.Q(status__in=["uploaded", "checking", "queued", "importing"]),
            ),
            models.Index(
                fields=["heartbeat"],
                name="import_to_start",
                condition=models.Q(status="checked", starts_by_itself=True),
            ),
        ]

    def __str__(self) -> str:
        return self.source_name or str(self.pk)

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINAL

    @property
    def is_at_work(self) -> bool:
        """Whether something is being done, or waits to be done, without anybody's help."""
        return self.status in AT_WORK

    @property
    def progress(self) -> dict[str, int]:
        """How much is done and how much is left, in per cent."""
        done = round(100 * self.share)
        return {"completed": done, "queued": 100 - done}
