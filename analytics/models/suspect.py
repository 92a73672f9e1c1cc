"""Cells of truth that independent results contradict with one voice, and what is to be looked through for them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.authors import author_name
from accounts.models import ApiKey, Organization
from accounts.permissions import Principal
from executions.models import Execution
from mino.common.models import Identified
from projects.models import Batch, BatchStatus, Project, Row, projects_of


class SuspectState(models.TextChoices):
    """What became of a suspect."""

    OPEN = "open", "Open"
    DISMISSED = "dismissed", "Dismissed"
    CORRECTED = "corrected", "Corrected"


class SuspectQuerySet(models.QuerySet["Suspect"]):
    """Suspects, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> SuspectQuerySet:
        """Those of the ready batches of the projects that the user may see."""
        return self.filter(project__in=projects_of(user), batch__status=BatchStatus.READY)


class Suspect(Identified):
    """A cell of truth that may be wrong.

    `value` is the cell as the results that agree would have it, `truth` what it held when they were compared.
    `support` counts the independent results that agree, `share` is their part of all that gave an answer, in
    thousandths. `first_seen` and `last_seen` are when the first and the last of them ended. A person (`decided_by`) or
    a program (`api_key`) decides.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", db_index=False)
    row = models.ForeignKey(Row, models.CASCADE, related_name="suspects", db_index=False)
    column = models.CharField(max_length=200)
    truth = models.TextField(blank=True)
    value = models.TextField()
    support = models.PositiveIntegerField()
    share = models.PositiveSmallIntegerField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    state = models.CharField(max_length=9, choices=SuspectState, default=SuspectState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = SuspectQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["row", "column"], name="suspect_once_per_cell")]
        indexes = [
            # The suspects of a project in one state, the strongest first.
            models.Index(
                fields=["project", "state", "-support", "-share", "-last_seen", "-id"],
                name="suspect_strongest_of_project",
            ),
            # Those of a batch; the first cells of a review.
            models.Index(
                fields=["batch", "state", "-support", "-share", "-last_seen", "-id"], name="suspect_strongest_of_batch"
            ),
            # How many there are in an organization, for its home page.
            models.Index(fields=["organization", "project"], name="suspect_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.column}: {self.truth!r:.40}, or {self.value!r:.40}"

    @property
    def decider_name(self) -> str:
        """Who decided about it, in words; empty while nobody did."""
        return author_name(self.decided_by, self.api_key)

    @property
    def share_percent(self) -> int:
        """The share in whole percent."""
        return round(self.share / 10)


class SuspectScan(Identified):
    """What is to be looked through for suspects: the rows of an execution, or (without one) of a whole batch.

    A worker that looks holds a `claim` and writes down the last `position` that it has done. While one looks,
    `is_wanted` asks for another look after it. Without `trusts_verdicts` stored verdicts may be of yesterday.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="suspect_scans", db_index=False)
    execution = models.OneToOneField(Execution, models.CASCADE, null=True, related_name="suspect_scan")
    is_wanted = models.BooleanField(default=True)
    trusts_verdicts = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    claim = models.UUIDField(null=True)
    heartbeat = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch"], name="suspect_scan_of_batch", condition=Q(execution__isnull=True))
        ]
        indexes = [
            models.Index(fields=["batch"], name="suspect_scan_by_batch"),
            # What waits, and what a dead worker left.
            models.Index(
                fields=["heartbeat"],
                name="suspect_scan_open",
                condition=Q(is_wanted=True) | Q(claim__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Suspects of {self.execution or self.batch}"
