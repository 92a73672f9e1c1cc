"""What two executions differ in, as it was computed."""

from __future__ import annotations

from django.db import models

from accounts.models import Organization
from executions.models import Execution
from mino.common.models import Dated, Identified


class ComparisonStatus(models.TextChoices):
    """Whether the figures are there."""

    COMPUTING = "computing", "Computing"
    READY = "ready", "Ready"


class Comparison(Identified, Dated):
    """The figures of `candidate` against `baseline`, kept because computing them reads all jobs of both.

    `fingerprint` tells of which state of the two the figures are; where it is another one now, they are computed
    again. `flips` holds what differs between the two, packed by `analytics.comparison.flips`. `rows_done` of
    `rows_total` says how far a computation in the background is, `heartbeat` when it last said so.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    baseline = models.ForeignKey(Execution, models.CASCADE, related_name="+", db_index=False)
    candidate = models.ForeignKey(Execution, models.CASCADE, related_name="+")
    status = models.CharField(max_length=9, choices=ComparisonStatus, default=ComparisonStatus.COMPUTING)
    fingerprint = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=dict)
    flips = models.BinaryField(default=bytes)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True, blank=True)
    computed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["baseline", "candidate"], name="comparison_of_two")]

    def __str__(self) -> str:
        return f"{self.candidate_id} against {self.baseline_id}"
