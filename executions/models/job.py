"""One row inside one execution."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.permissions import Principal
from executions.evaluation.verdict import EvaluationResult
from executions.models.execution import Execution
from mino.common.models import Identified
from projects.models import Batch, BatchStatus, Project, Row, projects_of


class JobStatus(models.TextChoices):
    """Where a job stands. `executions.transitions` says what may follow what."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    RETRYING = "retrying", "Retrying"
    COMPLETED = "completed", "Completed"
    ERROR = "error", "Error"
    SKIPPED = "skipped", "Skipped"
    STOPPED = "stopped", "Stopped"


ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.RETRYING)


class FailureType(models.TextChoices):
    """Whether another attempt may succeed."""

    TRANSIENT = "transient", "Transient"
    PERMANENT = "permanent", "Permanent"


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> JobQuerySet:
        """Those of the projects that the user may see, but not of batches that are being deleted."""
        return self.filter(project__in=projects_of(user), batch__status=BatchStatus.READY)


class Job(Identified):
    """The work on one row: its state while it runs and its result when it has ended.

    `position` is the place in the execution's order, from 1; `url` is the row's address as it was run, and
    `own_instructions` what the row was to be run by instead of the execution's instructions when that began. `result`
    maps field names to extracted values, `sources` says where each came from. `evaluation_result` is null while pending
    or errored. Only `current_session` may write.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+")
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="jobs", db_index=False)
    row = models.ForeignKey(Row, models.CASCADE, related_name="jobs")
    repeat = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveIntegerField()
    row_position = models.PositiveIntegerField()
    url = models.TextField()
    own_instructions = models.TextField(blank=True)
    has_ground_truth = models.BooleanField(default=False)

    status = models.CharField(max_length=9, choices=JobStatus, default=JobStatus.QUEUED)
    progress = models.PositiveSmallIntegerField(null=True, blank=True)
    step = models.TextField(blank=True)
    step_count = models.PositiveIntegerField(default=0)
    current_url = models.TextField(blank=True)
    current_session = models.ForeignKey(
        "executions.Session", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    result = models.JSONField(null=True, blank=True)
    sources = models.JSONField(default=dict, blank=True)
    evaluation_result = models.CharField(  # noqa: DJ001 - no verdict yet is no verdict
        max_length=12, null=True, blank=True, choices=[(one.value, one.value) for one in EvaluationResult]
    )
    outcomes = models.JSONField(default=dict, blank=True)
    good_fields = models.PositiveSmallIntegerField(default=0)
    gradable_fields = models.PositiveSmallIntegerField(default=0)
    accuracy = models.FloatField(null=True, blank=True)

    attempts = models.PositiveSmallIntegerField(default=0)
    retry_count = models.PositiveSmallIntegerField(default=0)
    requeue_count = models.PositiveSmallIntegerField(default=0)
    max_retries = models.PositiveSmallIntegerField(null=True, blank=True)
    next_retry_at = models.DateTimeField(null=True, blank=True)
    retry_reason = models.TextField(blank=True)
    failure_type = models.CharField(max_length=9, choices=FailureType, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)

    agent_seconds = models.FloatField(null=True, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    resumed_at = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["execution", "row", "repeat"], name="job_once_per_row"),
            models.UniqueConstraint(fields=["execution", "position"], name="job_position_unique"),
        ]
        indexes = [
            models.Index(fields=["execution", "position"], name="job_queued", condition=Q(status="queued")),
            models.Index(fields=["execution", "position"], name="job_running", condition=Q(status="running")),
            models.Index(fields=["execution", "status", "position"], name="job_by_status"),
            models.Index(fields=["execution", "evaluation_result", "position"], name="job_by_evaluation"),
            models.Index(fields=["execution", "-finished_at", "-id"], name="job_latest_results"),
            # The results of an execution in the order of their accuracy, and a range of it.
            models.Index(fields=["execution", "accuracy", "id"], name="job_by_accuracy"),
            # The same by how long the agent took.
            models.Index(fields=["execution", "agent_seconds", "id"], name="job_by_seconds"),
            models.Index(
                fields=["execution", "error_code", "position"], name="job_by_error", condition=Q(status="error")
            ),
            models.Index(fields=["execution", "next_retry_at"], name="job_retrying", condition=Q(status="retrying")),
            models.Index(
                fields=["organization", "-finished_at", "-id"], name="job_dead_letters", condition=Q(status="error")
            ),
            # The same with one error code.
            models.Index(
                fields=["organization", "error_code", "-finished_at", "-id"],
                name="job_dead_letters_by_error",
                condition=Q(status="error"),
            ),
            # Databases look for jobs that refer to an attempt whenever one is deleted.
            models.Index(fields=["current_session"], name="job_by_current_session"),
        ]

    def __str__(self) -> str:
        return f"Row {self.row_position} of execution {self.execution_id}"

    @property
    def is_active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in ACTIVE
