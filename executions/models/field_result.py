"""One cell of a result, compared with its truth."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from executions.evaluation.verdict import Outcome, Reason
from executions.models.execution import Execution
from executions.models.job import Job
from mino.common.models import Identified


class FieldResultQuerySet(models.QuerySet["FieldResult"]):
    """Cells, narrowed to those that count."""

    def current(self) -> FieldResultQuerySet:
        """Those of the scoring generation that their execution shows today. Whoever reads cells starts from here."""
        shown = F("execution__scoring_generation")
        return self.filter(Q(until_generation=None) | Q(until_generation__gt=shown), since_generation__lte=shown)


class FieldResult(Identified):
    """One cell: what was expected, what was extracted, and the verdict.

    `expected` is null where no truth is given; `extracted` is whatever JSON value the agent gave; `score` is 0..1, null
    where nothing can be graded. The verdict holds from the scoring generation `since_generation` on, and before
    `until_generation`: many results are scored anew beside the old ones, and the execution then goes over to them.
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
    since_generation = models.PositiveSmallIntegerField(default=1, editable=False)
    until_generation = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = FieldResultQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "column", "since_generation"], name="field_result_once")]
        indexes = [
            # Jobs get their ids in the order of their rows: the index gives the rows of an outcome in that order.
            models.Index(fields=["execution", "column", "outcome", "job"], name="field_result_by_outcome"),
            # The worst cells of an execution first, for review.
            models.Index(
                fields=["execution", "score", "id"],
                name="field_result_worst",
                condition=Q(outcome__in=["wrong", "missed", "invented"]),
            ),
            # What a switch of generations changes in the statistics of columns, and what may be removed after it.
            models.Index(
                fields=["execution", "since_generation"],
                name="field_result_staged",
                condition=Q(since_generation__gt=1),
            ),
            models.Index(
                fields=["execution", "until_generation"],
                name="field_result_outdated",
                condition=Q(until_generation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column}: {self.outcome}"
