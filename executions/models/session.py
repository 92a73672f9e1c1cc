"""One attempt at a job, and the pictures taken during it. On pages it is called an attempt."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from executions.models.job import FailureType, Job
from mino.common.models import Identified


class SessionStatus(models.TextChoices):
    """Where an attempt stands."""

    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    ERROR = "error", "Error"
    STOPPED = "stopped", "Stopped"
    HANDED_BACK = "handed_back", "Handed back"
    LOST = "lost", "Lost"


class Session(Identified):
    """One attempt: what the agent did, step by step, and what came of it.

    `steps` is a list of `{"at": seconds since the start, "description", "url"}`. `raw_result` is the agent's answer as
    it came, cleaned of what a database can't hold. `agent_seconds` is the agent's own time, without any waiting.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="sessions", db_index=False)
    number = models.PositiveSmallIntegerField()
    retry = models.ForeignKey("executions.Retry", models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=11, choices=SessionStatus, default=SessionStatus.RUNNING)
    worker = models.CharField(max_length=200, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    agent_run_id = models.CharField(max_length=200, blank=True)
    is_adopted = models.BooleanField(default=False)
    may_be_charged_twice = models.BooleanField(default=False)
    needs_cancel = models.BooleanField(default=False)
    live_view_url = models.TextField(blank=True)
    live_view_expires_at = models.DateTimeField(null=True, blank=True)
    steps = models.JSONField(default=list, blank=True)
    step_count = models.PositiveIntegerField(default=0)
    extracted_data = models.JSONField(null=True, blank=True)
    raw_result = models.JSONField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    failure_type = models.CharField(max_length=9, choices=FailureType, blank=True)
    stack_trace = models.TextField(blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    agent_seconds = models.FloatField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="session_number_unique")]
        indexes = [
            models.Index(fields=["lease_expires_at"], name="session_lease", condition=Q(status="running")),
            models.Index(fields=["finished_at"], name="session_to_cancel", condition=Q(needs_cancel=True)),
            models.Index(fields=["agent_run_id"], name="session_by_run", condition=~Q(agent_run_id="")),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number}"


class Screenshot(Identified):
    """A picture of the page as the agent saw it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", null=True, db_index=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="screenshots")
    image = models.ImageField(upload_to="screenshots/%Y/%m/%d/")
    thumbnail = models.ImageField(upload_to="thumbnails/%Y/%m/%d/", blank=True)
    bytes = models.PositiveIntegerField(default=0)
    caption = models.CharField(max_length=300, blank=True)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["taken_at", "id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["organization", "taken_at"], name="screenshot_oldest_of_org"),
            models.Index(fields=["taken_at"], name="screenshot_oldest"),
        ]

    def __str__(self) -> str:
        return self.caption or "Screenshot"


class ScreenshotUsage(models.Model):
    """How many bytes of pictures an organization keeps, so that its limit is checked without adding them up."""

    organization = models.OneToOneField(Organization, models.CASCADE, primary_key=True, related_name="+")
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.bytes} bytes"
