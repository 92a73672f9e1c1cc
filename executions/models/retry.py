"""A scheduled further attempt at a job: the rows are the queue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from executions.models.execution import Execution
from executions.models.job import Job
from mino.common.models import Identified


class RetryStatus(models.TextChoices):
    """Where a scheduled attempt stands."""

    PENDING = "pending", "Pending"
    PROCESSING = "processing", "Processing"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Retry(Identified):
    """A further attempt that is due at `scheduled_for`, with the error that made it necessary."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="retries")
    execution = models.ForeignKey(Execution, models.CASCADE, related_name="retries")
    attempt_number = models.PositiveSmallIntegerField()
    scheduled_for = models.DateTimeField()
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    stack_trace = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=RetryStatus, default=RetryStatus.PENDING)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["scheduled_for", "id"]
        default_permissions = ()
        verbose_name_plural = "retries"
        indexes = [
            models.Index(fields=["scheduled_for", "status"], name="retry_due"),
            models.Index(
                fields=["execution", "scheduled_for", "id"], name="retry_pending", condition=Q(status="pending")
            ),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.attempt_number} at {self.scheduled_for:%Y-%m-%d %H:%M:%S}"
