"""Stored results that are scored anew in the background, beside the verdicts that readers still see."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from executions.evaluation.verdict import EvaluationResult
from executions.models.execution import Execution
from executions.models.job import Job
from mino.common.models import Dated, Identified
from projects.models import Batch


class RescoringStatus(models.TextChoices):
    """Where it stands: pending -> running -> tidying -> done. Before the execution has gone over to the new verdicts it
    may become failed, and a person or a further change makes it pending again."""

    PENDING = "pending", "Waiting"
    RUNNING = "running", "Under way"
    FAILED = "failed", "Failed"
    TIDYING = "tidying", "Removing what is outdated"
    DONE = "done", "Done"


SCORING = (RescoringStatus.PENDING, RescoringStatus.RUNNING, RescoringStatus.FAILED)
"""The execution still shows the old verdicts."""
AT_WORK = (RescoringStatus.PENDING, RescoringStatus.RUNNING, RescoringStatus.TIDYING)


class Rescoring(Identified, Dated):
    """The scoring anew of one execution under the scoring generation `generation`, its next one.

    A further change meanwhile becomes a further part of it. Whoever works on it holds `claim` and renews `heartbeat`; a
    claim without heartbeat is taken over, `claims` times at most without any progress. `jobs_done` of `jobs_total`
    count results looked at, `cells_changed` those cells that got another verdict.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rescorings", db_index=False)
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="rescorings")
    generation = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=7, choices=RescoringStatus, default=RescoringStatus.PENDING)
    error = models.TextField(blank=True)
    jobs_total = models.PositiveIntegerField(default=0)
    jobs_done = models.PositiveIntegerField(default=0)
    cells_changed = models.PositiveIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claims = models.PositiveSmallIntegerField(default=0, editable=False)
    heartbeat = models.DateTimeField(null=True, blank=True, editable=False)
    switched_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["execution"],
                name="rescoring_one_at_a_time",
                condition=Q(status__in=["pending", "running", "failed"]),
            )
        ]
        indexes = [
            # What a batch tells: what is under way, and what was done last.
            models.Index(
                fields=["batch"],
                name="rescoring_waiting_of_batch",
                condition=Q(status__in=["pending", "running", "failed"]),
            ),
            models.Index(fields=["batch", "-switched_at"], name="rescoring_last_of_batch"),
            models.Index(
                fields=["heartbeat"],
                name="rescoring_at_work",
                condition=Q(status__in=["pending", "running", "tidying"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Scoring {self.execution_id} anew"


class RescoringPart(Identified):
    """One change whose results are to be scored anew: the names of its columns, and its rows (null: all of them).

    `cursor` is how far it has come: a place among `rows`, or the position of the last job.
    """

    rescoring = models.ForeignKey(Rescoring, models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    columns = models.JSONField()
    rows = models.JSONField(null=True, blank=True)
    cursor = models.PositiveIntegerField(default=0)
    is_done = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["rescoring", "number"], name="rescoring_part_once")]

    def __str__(self) -> str:
        return f"Part {self.number}"


class JobScore(Identified):
    """The verdict on a job under the next scoring generation of its execution, where it is another one."""

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="staged_scores", db_index=False)
    generation = models.PositiveSmallIntegerField()
    evaluation_result = models.CharField(max_length=12, choices=[(one.value, one.value) for one in EvaluationResult])
    outcomes = models.JSONField(default=dict)
    good_fields = models.PositiveSmallIntegerField(default=0)
    gradable_fields = models.PositiveSmallIntegerField(default=0)
    accuracy = models.FloatField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "generation"], name="job_score_once")]
        # All of an execution's, when it goes over to them.
        indexes = [models.Index(fields=["execution", "generation"], name="job_score_of_execution")]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.evaluation_result}"
