"""A person's data as a file, made in the background."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.permissions import Principal
from mino.common.models import Dated, Identified


class PersonExportStatus(models.TextChoices):
    """Where it stands: queued -> writing -> ready, or failed. When its time is over it is removed."""

    QUEUED = "queued", "Queued"
    WRITING = "writing", "Writing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


AT_WORK = (PersonExportStatus.QUEUED, PersonExportStatus.WRITING)


class PersonExportQuerySet(models.QuerySet["PersonExport"]):
    """Exports of people's data, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> PersonExportQuerySet:
        """One's own; API keys and the anonymous have none."""
        return self.filter(user=user.pk) if getattr(user, "email", "") else self.none()


class PersonExport(Identified, Dated):
    """All that is kept about a person, as a zip file that only they can fetch, until `expires_at`.

    `file` is where it lies in the storage. Whoever writes it holds `claim` and renews `heartbeat`; a claim without
    heartbeat is taken over, `claims` times at most.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    status = models.CharField(max_length=7, choices=PersonExportStatus, default=PersonExportStatus.QUEUED)
    bytes = models.PositiveBigIntegerField(default=0)
    file = models.CharField(max_length=255, blank=True, editable=False)
    error = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claims = models.PositiveSmallIntegerField(default=0, editable=False)
    heartbeat = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = PersonExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ("view",)
        verbose_name = "export of personal data"
        verbose_name_plural = "exports of personal data"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(status__in=["queued", "writing"]), name="person_export_one_at_work"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="person_export_newest"),
            models.Index(fields=["expires_at"], name="person_export_to_expire", condition=Q(expires_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Personal data as of {self.created_at:%Y-%m-%d}"

    @property
    def is_at_work(self) -> bool:
        """Whether it waits to be written, or is being written."""
        return self.status in AT_WORK

    @property
    def can_be_fetched(self) -> bool:
        """Whether its file is there, and its time is not over."""
        is_ready = self.status == PersonExportStatus.READY
        return is_ready and self.expires_at is not None and self.expires_at > timezone.now()
