"""One cell of a result, compared with its truth."""

from __future__ import annotations

from django.db import models

from executions.evaluation.verdict import Outcome, Reason
from executions.models.execution import Execution
from executions.models.job import Job
from mino.common.models import Identified


class FieldResult(Identified):
    """One cell: what was expected, what was extracted, and the verdict.

    `expected` is null where no truth is given; `extracted` is whatever JSON value the agent gave; `score` is 0..1, null
    where nothing can be graded.
    """

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="field_results", db_index=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="field_results", db_index=False)
    column = models.CharField(max_length=200)
    expected = models.TextField(null=True, blank=True)  # noqa: DJ001 - no truth and an empty truth are two things
    extracted = models.JSONField(null=True, blank=True)
    outcome = models.CharField(max_length=15, choices=[(one.value, one.value) for one in Outcome])
    score = models.FloatField(null=True, blank=True)
    reason = models.CharField(max_length=14, blank=True, choices=[(one.value, one.value) for one in Reason])
    explanation = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "column"], name="field_result_once")]
        # Jobs get their ids in the order of their rows: the index gives the rows of an outcome in that order.
        indexes = [models.Index(fields=["execution", "column", "outcome", "job"], name="field_result_by_outcome")]

    def __str__(self) -> str:
        return f"{self.column}: {self.outcome}"
