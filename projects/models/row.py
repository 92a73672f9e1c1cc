"""One site of a batch."""

from __future__ import annotations

from django.db import models

from mino.common.models import Identified
from projects.models.batch import Batch


class Row(Identified):
    """One site: where it stands in the batch, what goes in, and what is known to be true.

    `position` is dense and counts from 1. `line` is the line of the imported file. `inputs` and `truth` map column
    names to the text of the cell; a blank truth cell is left out. `instructions`, if any, replace the version's own.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField()
    line = models.PositiveIntegerField(default=0)
    url = models.TextField()
    key = models.TextField(blank=True)
    inputs = models.JSONField(default=dict)
    truth = models.JSONField(default=dict)
    has_truth = models.BooleanField(default=False)
    instructions = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="row_position_unique")]
        indexes = [
            models.Index(fields=["batch", "key"], name="row_by_key", condition=~models.Q(key="")),
            models.Index(fields=["batch", "position"], name="row_with_truth", condition=models.Q(has_truth=True)),
        ]

    def __str__(self) -> str:
        return f"Row {self.position}"
