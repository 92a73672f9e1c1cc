"""What happened in an execution, for those who follow it live."""

from __future__ import annotations

from django.db import models

from executions.models.execution import Execution
from mino.common.models import Identified


class EventType(models.TextChoices):
    """What an event tells. `data` of `job.finished`: `{"jobs": […]}`; of `state.changed`: status, code and reason."""

    STATE_CHANGED = "state.changed", "State changed"
    JOB_FINISHED = "job.finished", "Jobs finished"


class ExecutionEvent(Identified):
    """One thing that happened. `sequence` counts within the execution, without gaps, in the order of the commits.

    It is taken under the lock of the execution (`Execution.last_event`): an id that tells the time would not do, since
    what commits later may have begun earlier.
    """

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="events", db_index=False)
    sequence = models.PositiveBigIntegerField()
    type = models.CharField(max_length=20, choices=EventType)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["execution", "sequence"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["execution", "sequence"], name="event_once")]
        indexes = [models.Index(fields=["created_at"], name="event_oldest")]

    def __str__(self) -> str:
        return f"{self.type} {self.sequence}"
