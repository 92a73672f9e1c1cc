"""One run of an instruction version by an agent over rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import ApiKey, Organization
from accounts.permissions import Principal
from mino.common.models import Dated, Identified
from mino.common.values.share import Share, design_effect
from projects.models import Batch, BatchStatus, InstructionVersion, Project, projects_of

MAX_CONCURRENCY = 50
MAX_SAMPLE = 1000
MAX_RETRIES = 10
MAX_REPEATS = 10


class ExecutionStatus(models.TextChoices):
    """Where an execution stands. `executions.transitions` says what may follow what; stopped and failed are final."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


UNFINISHED = (ExecutionStatus.QUEUED, ExecutionStatus.RUNNING, ExecutionStatus.PAUSED)


class ExecutionType(models.TextChoices):
    """A test may use any version; production demands the production version."""

    TEST = "test", "Test"
    PRODUCTION = "production", "Production"


class SampleMethod(models.TextChoices):
    """Which rows are run."""

    ALL = "all", "All rows"
    FIRST = "first", "The first rows"
    RANDOM = "random", "A random sample"
    SELECTION = "selection", "Chosen rows"


class ExecutionQuerySet(models.QuerySet["Execution"]):
    """Executions, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> ExecutionQuerySet:
        """Those of the projects that the user may see, but not of batches that are being deleted."""
        return self.filter(project__in=projects_of(user), batch__status=BatchStatus.READY)

    def unfinished(self) -> ExecutionQuerySet:
        """Queued, running or paused."""
        return self.filter(status__in=UNFINISHED)


class ExecutionManager(models.Manager.from_queryset(ExecutionQuerySet)):  # type: ignore[misc]
    """Leaves the chosen rows where they are until they are asked for: there may be a million."""

    def get_queryset(self) -> ExecutionQuerySet:
        """All executions, without their `selection`."""
        found: ExecutionQuerySet = super().get_queryset().defer("selection")
        return found


def columns_with(columns: Iterable[Mapping[str, Any]], options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Frozen columns, those that `options` names with these matching options instead of their own."""
    return [{**column, "options": options.get(str(column["name"]), column.get("options") or {})} for column in columns]


class Execution(Identified, Dated):
    """One run. It freezes what it used: instructions, columns with options, agent settings, rows and their order.

    `number` counts within the organization. `columns` is a list of `{name, type, role, options}`. The `*_jobs` counters
    equal the jobs by status at every commit; `prepared_jobs` says how many of `total_jobs` exist already. The field
    sums (over jobs with a gradable field) give the accuracy and its interval without reading jobs. With
    `has_own_worker` only the process that started it runs its jobs, as the command line does. Each row is run `repeats`
    times; `repeat_figures` is what that told, None until it is computed. With a `pair` its jobs are taken in turn with
    its partner's (`executions.engine.pairing`); `waits_for_partner` says that it is not its turn now. `metered_rows`
    and `metered_cost` are already in the organization's usage of the month; `is_metering` says that more may come.
    `last_event` is the number of the newest `ExecutionEvent`.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="executions", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="executions", db_index=False)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="executions", db_index=False)
    instruction_version = models.ForeignKey(InstructionVersion, models.PROTECT, related_name="executions")
    number = models.PositiveIntegerField()
    type = models.CharField(max_length=10, choices=ExecutionType, default=ExecutionType.TEST)
    status = models.CharField(max_length=9, choices=ExecutionStatus, default=ExecutionStatus.QUEUED)
    status_code = models.CharField(max_length=40, blank=True)
    status_reason = models.TextField(blank=True)

    agent = models.CharField(max_length=20)
    agent_settings = models.JSONField(default=dict)
    timeout = models.PositiveIntegerField("time-out in seconds", default=120)
    instructions = models.TextField()
    columns = models.JSONField(default=list)
    scoring_generation = models.PositiveSmallIntegerField(default=1, editable=False)
    scoring_options = models.JSONField(default=dict, blank=True, editable=False)
    staged_options = models.JSONField(null=True, blank=True, editable=False)
    mino_version = models.CharField(max_length=40, blank=True)
    sample_method = models.CharField(max_length=9, choices=SampleMethod, default=SampleMethod.ALL)
    sample_size = models.PositiveIntegerField(null=True, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    selection = models.JSONField(null=True, blank=True, editable=False)
    repeats = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_REPEATS)]
    )
    repeat_figures = models.JSONField(null=True, blank=True, editable=False)
    pair = models.ForeignKey(
        "executions.PairedRun",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="executions",
        editable=False,
        db_index=False,
    )
    pair_place = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    waits_for_partner = models.BooleanField(default=False, editable=False)
    concurrency = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(MAX_CONCURRENCY)]
    )
    effective_concurrency = models.PositiveSmallIntegerField(default=5)
    throttled_at = models.DateTimeField(null=True, blank=True, editable=False)
    raised_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_probing = models.BooleanField(default=False, editable=False)
    error_streak = models.JSONField(default=dict, editable=False)
    max_retries = models.PositiveSmallIntegerField(default=3, validators=[MaxValueValidator(MAX_RETRIES)])

    total_jobs = models.PositiveIntegerField(default=0)
    prepared_jobs = models.PositiveIntegerField(default=0)
    queued_jobs = models.PositiveIntegerField(default=0)
    running_jobs = models.PositiveIntegerField(default=0)
    retrying_jobs = models.PositiveIntegerField(default=0)
    completed_jobs = models.PositiveIntegerField(default=0)
    error_jobs = models.PositiveIntegerField(default=0)
    skipped_jobs = models.PositiveIntegerField(default=0)
    stopped_jobs = models.PositiveIntegerField(default=0)

    passed_jobs = models.PositiveIntegerField(default=0)
    failed_jobs = models.PositiveIntegerField(default=0)
    not_gradable_jobs = models.PositiveIntegerField(default=0)
    first_attempt_passed_jobs = models.PositiveIntegerField(default=0)
    first_attempt_failed_jobs = models.PositiveIntegerField(default=0)
    first_attempt_good_fields = models.PositiveBigIntegerField(default=0)
    first_attempt_gradable_fields = models.PositiveBigIntegerField(default=0)
    error_counts = models.JSONField(default=dict, editable=False)
    completion_figures = models.JSONField(null=True, blank=True, editable=False)
    graded_rows = models.PositiveIntegerField(default=0)
    good_fields = models.PositiveBigIntegerField(default=0)
    gradable_fields = models.PositiveBigIntegerField(default=0)
    good_fields_squared = models.PositiveBigIntegerField(default=0)
    gradable_fields_squared = models.PositiveBigIntegerField(default=0)
    good_times_gradable = models.PositiveBigIntegerField(default=0)
    agent_seconds = models.FloatField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    retry_cost = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    largest_cost = models.DecimalField(max_digits=12, decimal_places=6, default=0, editable=False)
    unpriced_attempts = models.PositiveIntegerField(default=0, editable=False)
    currency = models.CharField(max_length=3, default="USD")
    budget = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    attempt_cost_bound = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True, editable=False)
    estimated_cost_low = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    estimated_cost_high = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)

    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    paused_by_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    resumed_at = models.DateTimeField(null=True, blank=True)
    paused_seconds = models.FloatField(default=0)
    has_own_worker = models.BooleanField(default=False, editable=False)
    metered_rows = models.PositiveIntegerField(default=0, editable=False)
    metered_cost = models.DecimalField(max_digits=14, decimal_places=6, default=0, editable=False)
    is_metering = models.BooleanField(default=True, editable=False)
    last_event = models.PositiveBigIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    objects: ClassVar[Any] = ExecutionManager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="execution_number_unique"),
            models.UniqueConstraint(fields=["pair", "pair_place"], name="execution_place_in_pair"),
            models.CheckConstraint(
                condition=Q(concurrency__gte=1, concurrency__lte=MAX_CONCURRENCY), name="execution_concurrency_range"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="execution_newest"),
            models.Index(fields=["project", "-created_at", "-id"], name="execution_newest_of_project"),
            models.Index(fields=["batch", "-created_at", "-id"], name="execution_newest_of_batch"),
            # The list of an organization, narrowed: what is rare would be looked for among all of its executions.
            models.Index(fields=["organization", "status", "-created_at", "-id"], name="execution_by_status"),
            models.Index(fields=["organization", "type", "-created_at", "-id"], name="execution_by_type"),
            models.Index(fields=["organization", "agent", "-created_at", "-id"], name="execution_by_agent"),
            models.Index(
                fields=["status"], name="execution_unfinished", condition=Q(status__in=["queued", "running", "paused"])
            ),
            models.Index(fields=["id"], name="execution_metering", condition=Q(is_metering=True)),
            # What the sweeps look for every few seconds. None names a counter: those change with each job, and as long
            # as no index has them, PostgreSQL writes such a change without touching any index (HOT).
            models.Index(fields=["id"], name="execution_ended_early", condition=Q(status__in=["stopped", "failed"])),
            models.Index(fields=["pair"], name="execution_waiting", condition=Q(waits_for_partner=True)),
            models.Index(
                fields=["finished_at"],
                name="execution_repeats_due",
                condition=Q(repeats__gt=1, repeat_figures__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Execution {self.number}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status not in UNFINISHED

    @property
    def scored_columns(self) -> list[dict[str, Any]]:
        """The frozen columns, with the matching options that today's verdicts use."""
        return columns_with(self.columns, self.scoring_options)

    @property
    def final_jobs(self) -> int:
        """How many jobs have ended, one way or another."""
        return self.completed_jobs + self.error_jobs + self.skipped_jobs + self.stopped_jobs

    @property
    def accuracy(self) -> Share:
        """Good fields of the gradable ones, its interval widened for fields that share a row, and for repeats."""
        return Share.of(self.good_fields, self.gradable_fields, self._field_effect)

    @property
    def first_attempt_accuracy(self) -> Share:
        """What the first attempts alone reached. Its interval is widened like that of all attempts."""
        return Share.of(self.first_attempt_good_fields, self.first_attempt_gradable_fields, self._field_effect)

    @property
    def _field_effect(self) -> float:
        effect = design_effect(
            self.graded_rows,
            self.gradable_fields,
            self.good_fields,
            self.gradable_fields_squared,
            self.good_fields_squared,
            self.good_times_gradable,
        )
        return effect * self.repeats

    @property
    def pass_rate(self) -> Share:
        """Passed jobs of the evaluated ones, its interval as wide as if the repeats of a row always agreed."""
        return Share.of(self.passed_jobs, self.passed_jobs + self.failed_jobs, float(self.repeats))
