"""How often each outcome occurred in a column of an execution: kept by the transaction that finishes a job."""

from __future__ import annotations

from django.db import models

from executions.models.execution import Execution
from mino.common.models import Identified
from mino.common.values.share import Share


class ColumnStatistic(Identified):
    """The outcomes of one column in one execution, as counts."""

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="column_statistics", db_index=False)
    column = models.CharField(max_length=200)
    position = models.PositiveIntegerField()
    correct = models.PositiveIntegerField(default=0)
    correctly_empty = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    invented = models.PositiveIntegerField(default=0)
    not_gradable = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["execution", "column"], name="column_statistic_once")]

    def __str__(self) -> str:
        return self.column

    @property
    def good(self) -> int:
        """Cells that are right."""
        return self.correct + self.correctly_empty

    @property
    def gradable(self) -> int:
        """Cells that could be compared with a truth."""
        return self.good + self.wrong + self.missed + self.invented

    @property
    def accuracy(self) -> Share:
        """Good cells of the gradable ones. Repeats of a row tell no more about it than one does: it counts once."""
        return Share.of(self.good, self.gradable, float(self.execution.repeats))
