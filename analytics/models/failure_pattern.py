"""What goes wrong again and again: patterns of a project, and how often each occurred in each execution."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.permissions import Principal
from executions.models import Execution
from mino.common.models import Dated, Identified
from mino.common.values.share import Share
from projects.models import InstructionVersion, Project, projects_of


class PatternKind(models.TextChoices):
    """What a pattern is about."""

    TYPE = "type", "How cells fail"
    SHAPE = "shape", "What wrong values look like"
    ATTRIBUTE = "attribute", "Where it fails"
    ERROR = "error", "Errors"


class PatternState(models.TextChoices):
    """Whether somebody still has to do something about it."""

    OPEN = "open", "Open"
    CURED = "cured", "Cured"
    DISMISSED = "dismissed", "Dismissed"


class PatternTrend(models.TextChoices):
    """Where the share that fails went, from the execution before the newest one of its batch to the newest one."""

    RISING = "rising", "Rising"
    FALLING = "falling", "Falling"
    STEADY = "steady", "Steady"


class FailurePatternQuerySet(models.QuerySet["FailurePattern"]):
    """Patterns, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> FailurePatternQuerySet:
        """Those of the projects that the user may see."""
        return self.filter(project__in=projects_of(user))


class FailurePattern(Identified, Dated):
    """One pattern. `column` is empty where whole rows fail.

    `failing` says what fails: a failure type (kinds type and shape), `cell`, `row`, or an error code. `key` and `value`
    say in which way or where: a shape and its value, or an attribute and its value. The figures are those of the
    execution that showed it last; `weight`, how many rows more than usual it costs, orders the list. `trend` is empty
    while it was looked for in one execution of its batch alone.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="failure_patterns", db_index=False)
    kind = models.CharField(max_length=9, choices=PatternKind)
    column = models.CharField(max_length=200, blank=True)
    failing = models.CharField(max_length=40)
    key = models.CharField(max_length=20, blank=True)
    value = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=9, choices=PatternState, default=PatternState.OPEN)
    cured_by = models.ForeignKey(InstructionVersion, models.SET_NULL, null=True, blank=True, related_name="+")
    first_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_execution = models.ForeignKey(Execution, models.SET_NULL, null=True, blank=True, related_name="+")
    frequency = models.PositiveIntegerField(default=0)
    n = models.PositiveIntegerField(default=0)
    lift = models.FloatField(null=True, blank=True)
    weight = models.PositiveIntegerField(default=0)
    trend = models.CharField(max_length=7, choices=PatternTrend, blank=True)

    objects: ClassVar[Any] = FailurePatternQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "column", "failing", "key", "value"], name="pattern_once_per_project"
            )
        ]
        # The patterns of a project, and those in one state, the heaviest first.
        indexes = [
            models.Index(fields=["project", "-weight", "-id"], name="pattern_heaviest_of_all"),
            models.Index(fields=["project", "state", "-weight", "-id"], name="pattern_heaviest"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.column, self.failing, self.key, self.value)))

    @property
    def share(self) -> Share:
        """How often it fails there, in the execution that showed it last."""
        return Share.of(self.frequency, self.n)


class PatternOccurrence(Identified):
    """A pattern in one execution, also where it was looked for and not found (`is_found` False).

    `frequency` of `n` fail inside, `other_frequency` of `other_n` outside. `q` is the p value of that difference,
    corrected for all attributes tested. `examples` are at most ten `[job id, column]`, `details` the commonest texts
    with their counts, `positions` the jobs in the execution's order, packed.
    """

    pattern = models.ForeignKey(FailurePattern, models.CASCADE, related_name="occurrences", db_index=False)
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    is_found = models.BooleanField(default=True)
    frequency = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    other_frequency = models.PositiveIntegerField(default=0)
    other_n = models.PositiveIntegerField(default=0)
    lift = models.FloatField(null=True, blank=True)
    lift_low = models.FloatField(null=True, blank=True)
    lift_high = models.FloatField(null=True, blank=True)
    q = models.FloatField(null=True, blank=True)
    weight = models.PositiveIntegerField(default=0)
    examples = models.JSONField(default=list)
    details = models.JSONField(default=list)
    positions = models.BinaryField(default=bytes)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["pattern", "execution"], name="occurrence_once")]
        indexes = [
            # A pattern over time, newest first; and the patterns of an execution, the heaviest first.
            models.Index(fields=["pattern", "-at", "-id"], name="occurrence_newest"),
            models.Index(fields=["execution", "is_found", "-weight", "-id"], name="occurrence_of_execution"),
        ]

    def __str__(self) -> str:
        return f"{self.frequency} of {self.n}"

    @property
    def share(self) -> Share:
        """How often it fails inside."""
        return Share.of(self.frequency, self.n)

    @property
    def other_share(self) -> Share:
        """How often it fails outside."""
        return Share.of(self.other_frequency, self.other_n)


class PatternAnalysis(models.Model):
    """Whether the patterns of an execution were looked for. `wanted_at` is set while that is still to be done (again).

    `heartbeat` says when a worker last took it up, `tests` how many attributes were compared.
    """

    execution = models.OneToOneField(Execution, models.CASCADE, primary_key=True, related_name="pattern_analysis")
    wanted_at = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    analysed_at = models.DateTimeField(null=True, blank=True)
    jobs = models.PositiveIntegerField(default=0)
    cells = models.PositiveBigIntegerField(default=0)
    tests = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        verbose_name_plural = "pattern analyses"
        # What a sweep has to take up.
        indexes = [models.Index(fields=["wanted_at"], name="analysis_wanted", condition=Q(wanted_at__isnull=False))]

    def __str__(self) -> str:
        return f"Patterns of {self.execution_id}"
