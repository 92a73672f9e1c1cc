"""Figures that would take long to gather again, kept so that no page reads all jobs.

A computing writes its sites under a new generation; one short update makes it the one that is read. Two computings at
once can't mix, and readers see either the old or the new figures.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from executions.models import Execution
from mino.common.models import Identified, new_id
from projects.models import Batch, Project, Row


class ExecutionRollUp(models.Model):
    """What the jobs of an execution tell beyond its counters, as of the moment `as_of` (null: never computed).

    `generation` names its sites. `wanted_at` is the last moment at which something changed that is not in the figures
    yet. Whoever computes holds `claim` and renews `heartbeat`. `latency` counts answered jobs by the agent's seconds
    (`analytics.rollups.latency`). `answered` jobs gave at least one value; `with_truth` are those with known truth.
    """

    execution = models.OneToOneField(Execution, models.CASCADE, primary_key=True, related_name="roll_up")
    generation = models.UUIDField(null=True, blank=True, editable=False)
    as_of = models.DateTimeField(null=True, blank=True)
    seconds_taken = models.FloatField(default=0)
    sites = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    with_truth = models.PositiveIntegerField(default=0)
    answered_with_truth = models.PositiveIntegerField(default=0)
    latency = models.JSONField(default=dict, blank=True)
    wanted_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    heartbeat = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [
            # The sweep looks for what is still to be computed.
            models.Index(fields=["wanted_at"], name="roll_up_wanted", condition=Q(wanted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Roll-up of {self.execution_id}"


class SiteGeneration(models.Model):
    """The sites that one computing has written. No foreign keys: it outlives what is removed, until its sites are."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    execution_id = models.UUIDField(db_index=True)
    batch_id = models.UUIDField(db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Sites of {self.execution_id}"


class SiteStatistic(Identified):
    """How the jobs of one site (the host without www) ended, in one generation.

    `trouble` is the lower bound of the interval of the share of rows that failed or gave no answer: the more certain
    and the higher, the harder the site. `timed` jobs took `seconds` of the agent's time.
    """

    generation = models.UUIDField()
    site = models.CharField(max_length=255)
    jobs = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    good = models.PositiveBigIntegerField(default=0)
    gradable = models.PositiveBigIntegerField(default=0)
    timed = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    trouble = models.FloatField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["generation", "site"], name="site_once_per_generation")]
        indexes = [
            # The hardest sites of an execution; read backwards.
            models.Index(fields=["generation", "trouble", "site"], name="site_hardest"),
        ]

    def __str__(self) -> str:
        return self.site


class RowKind(models.TextChoices):
    """What the results of a row under the same truth and options tell."""

    STABLE_RIGHT = "stable_right", "Stable right"
    STABLE_WRONG = "stable_wrong", "Stable wrong"
    FLAKY = "flaky", "Flaky"
    FEW = "few", "Too few results"


class RowHistory(models.Model):
    """All results of a row over all executions of its batch.

    `graded`, `passes`, `fails` and `flips` (from passed to failed or back, in the order of time) count the results
    under the matching options of the newest one. `answers` counts all results, `distinct_answers` the different ones
    among them; of `pairs` of results, `agreeing` give the same, whatever the truth.
    """

    row = models.OneToOneField(Row, models.CASCADE, primary_key=True, related_name="history", db_constraint=False)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=RowKind, default=RowKind.FEW)
    graded = models.PositiveIntegerField(default=0)
    passes = models.PositiveIntegerField(default=0)
    fails = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    flips = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    distinct_answers = models.PositiveIntegerField(default=0)
    pairs = models.PositiveBigIntegerField(default=0)
    agreeing = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        verbose_name_plural = "row histories"
        indexes = [
            # Rows of a kind, those that flip most first: of a batch, and of a project.
            models.Index(fields=["batch", "kind", "-flips", "-row"], name="history_of_batch"),
            models.Index(fields=["project", "kind", "-flips", "-row"], name="history_of_project"),
        ]

    def __str__(self) -> str:
        return f"History of {self.row_id}"


class BatchRollUp(models.Model):
    """How many rows of a batch are of which kind, and how far their results agree. Its lock guards the histories."""

    batch = models.OneToOneField(Batch, models.CASCADE, primary_key=True, related_name="roll_up")
    as_of = models.DateTimeField(null=True, blank=True)
    stable_right = models.PositiveIntegerField(default=0)
    stable_wrong = models.PositiveIntegerField(default=0)
    flaky = models.PositiveIntegerField(default=0)
    few = models.PositiveIntegerField(default=0)
    pairs = models.PositiveBigIntegerField(default=0)
    agreeing = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Roll-up of {self.batch_id}"
