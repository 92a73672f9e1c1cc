"""Two executions over the same rows whose jobs are taken interleaved."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization
from mino.common.models import Dated, Identified
from projects.models import Project


class PairedRun(Identified, Dated):
    """What holds two executions together: `executions`, told apart by their `pair_place`, 1 and 2.

    `seed` decides, row by row, whose job is taken first. `idle_slots` counts the slots that found nothing because one
    of the two waited for the other; it is changed under the lock of both executions alone.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    seed = models.BigIntegerField()
    idle_slots = models.PositiveSmallIntegerField(default=0, editable=False)

    objects: ClassVar[models.Manager[PairedRun]] = models.Manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"Paired run {self.pk}"
