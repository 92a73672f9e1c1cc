"""Which batches and which rows have which tags."""

from __future__ import annotations

from django.db import models

from mino.common.models import Identified
from projects.models.batch import Batch
from projects.models.row import Row
from projects.models.tag import Tag


class TaggedBatch(Identified):
    """A tag on a batch."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "tag"], name="batch_tagged_once")]
        indexes = [models.Index(fields=["tag", "batch"], name="batches_of_tag")]  # lists narrowed to a tag

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.batch_id}"


class TaggedRow(Identified):
    """A tag on a row of a batch."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", db_index=False)
    row = models.ForeignKey(Row, models.CASCADE, related_name="tagged", db_index=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["row", "tag"], name="row_tagged_once")]
        indexes = [
            models.Index(fields=["batch", "tag", "row"], name="rows_of_tag_in_batch"),  # a batch narrowed to a tag
            models.Index(fields=["tag"], name="row_by_tag"),  # the rows that a deleted tag was on
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.row_id}"
