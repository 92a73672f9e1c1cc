"""A column of a batch."""

from __future__ import annotations

from django.db import models

from mino.common.models import Identified
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.options import MatchingOptions
from projects.models.batch import Batch

TYPES = [(kind.value, kind.name.title() if kind != ColumnType.URL else "URL") for kind in ColumnType]
ROLES = [
    (ColumnRole.SITE_URL.value, "Site URL"),
    (ColumnRole.KEY.value, "Key"),
    (ColumnRole.INPUT.value, "Input"),
    (ColumnRole.GROUND_TRUTH.value, "Ground truth"),
    (ColumnRole.IGNORED.value, "Ignored"),
]


class Column(Identified):
    """A column: what it holds, what it is for, and how its cells are compared.

    `name` is the field that the agent is asked for; `header` is what stood in the file (`expected_price` gives the
    name `price`). `options` holds the matching options that differ from their defaults.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="columns", db_index=False)
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    header = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=7, choices=TYPES, default=ColumnType.TEXT.value)
    role = models.CharField(max_length=12, choices=ROLES)
    options = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="column_position_unique"),
            models.UniqueConstraint(fields=["batch", "role", "name"], name="column_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def matching(self) -> MatchingOptions:
        """The matching options as a value. Raises OptionError if they were spoilt by hand."""
        return MatchingOptions.from_mapping(ColumnType(self.type), self.options)
