"""What the endpoints about attempts and their pictures give."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from executions.addresses import live_view
from executions.api.execution_shapes import EXECUTION_ID
from executions.api.job_shapes import JOB_ID, KEY, with_key
from executions.models import FailureType, Job, SessionStatus
from mino.common.api.serializers import Given

SESSION_ID = "019c1a72-4d5e-7f6a-9b7c-8d9e0f1a2b3c"
SCREENSHOT_ID = "019c1a72-5e6f-7a7b-8c8d-9e0f1a2b3c4d"
JOB_DETAILS = [
    f"job__{field.name}"
    for field in Job._meta.concrete_fields
    if field.name not in ("id", "execution", "row", "position", "row_position")
]


class Step(serializers.Serializer[Any]):
    """One thing that an agent did."""

    at = serializers.FloatField(help_text="Seconds since the start of the attempt.")
    description = serializers.CharField()
    url = serializers.CharField(required=False)


class ScreenshotGiven(Given):
    """A picture of the page as the agent saw it, or a note that one is missing."""

    example: ClassVar[Any] = {
        "id": SCREENSHOT_ID,
        "session_id": SESSION_ID,
        "caption": "The product page",
        "taken_at": "2026-01-09T14:30:05Z",
        "bytes": 48211,
        "image": f"/api/v1/screenshots/{SCREENSHOT_ID}",
        "thumbnail": f"/api/v1/screenshots/{SCREENSHOT_ID}/thumbnail",
    }

    id = serializers.UUIDField()
    session_id = serializers.UUIDField(required=False)
    caption = serializers.CharField(required=False, help_text="What it shows, or why it is missing.")
    taken_at = serializers.DateTimeField(required=False)
    bytes = serializers.IntegerField(required=False, help_text="Of picture and thumbnail together.")
    image = serializers.SerializerMethodField(required=False, help_text="Address of the picture; null: it is missing.")
    thumbnail = serializers.SerializerMethodField(required=False, help_text="Address of its small form.")

    def get_image(self, screenshot: Any) -> str | None:
        """The address of the picture."""
        return reverse("api_screenshot", args=[screenshot.pk]) if screenshot.image else None

    def get_thumbnail(self, screenshot: Any) -> str | None:
        """The address of the thumbnail."""
        return reverse("api_thumbnail", args=[screenshot.pk]) if screenshot.thumbnail else None


class SessionGiven(Given):
    """One attempt at a job."""

    on_request = ("steps", "extracted_data", "raw_result", "screenshots")
    example: ClassVar[Any] = {
        "id": "019c1a72-4d5e-7f6a-9b7c-8d9e0f1a2b3c",
        "job_id": JOB_ID,
        "execution_id": EXECUTION_ID,
        "row_position": 3,
        "key": "kettle-1",
        "number": 1,
        "status": "completed",
        "agent_run_id": "",
        "live_view_url": "",
        "step_count": 3,
        "error_code": "",
        "error_message": "",
        "failure_type": "",
        "may_be_charged_twice": False,
        "agent_seconds": 4.2,
        "cost": 0.012,
        "started_at": "2026-01-09T14:30:02Z",
        "finished_at": "2026-01-09T14:30:07Z",
    }

    id = serializers.UUIDField()
    job_id = serializers.UUIDField(required=False)
    execution_id = serializers.UUIDField(source="job.execution_id", required=False)
    row_position = serializers.IntegerField(
        source="job.row_position", required=False, help_text="Place of the row in the batch, from 1."
    )
    key = serializers.CharField(source="job.row.key", required=False, help_text=KEY)
    number = serializers.IntegerField(required=False, help_text="From 1.")
    status = serializers.ChoiceField(choices=SessionStatus.choices, required=False)
    agent_run_id = serializers.CharField(required=False, help_text="What the agent's service calls it.")
    live_view_url = serializers.SerializerMethodField(
        required=False, help_text="Page of the agent's service that shows it, as long as it does; empty otherwise."
    )
    step_count = serializers.IntegerField(required=False)
    steps = Step(many=True, required=False, help_text="What the agent did.")
    extracted_data = serializers.JSONField(required=False, allow_null=True)
    raw_result = serializers.JSONField(required=False, allow_null=True, help_text="The agent's answer as it came.")
    screenshots = ScreenshotGiven(many=True, required=False)
    error_code = serializers.CharField(required=False)
    error_message = serializers.CharField(required=False)
    failure_type = serializers.ChoiceField(choices=FailureType.choices, allow_blank=True, required=False)
    may_be_charged_twice = serializers.BooleanField(required=False)
    agent_seconds = serializers.FloatField(allow_null=True, required=False)
    cost = serializers.FloatField(allow_null=True, required=False)
    started_at = serializers.DateTimeField(required=False)
    finished_at = serializers.DateTimeField(allow_null=True, required=False)

    def get_live_view_url(self, session: Any) -> str:
        """Where it may be watched: an http or https address that has not expired."""
        view = live_view(session.live_view_url, session.live_view_expires_at, timezone.now(), ())
        return view.link if view and not view.is_expired else ""

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the job's place, the row's key and the pictures; without what is large and not asked for."""
        large = [name for name in ("steps", "extracted_data", "raw_result") if name not in fields]
        queryset = queryset.select_related("job").defer("stack_trace", *large, *JOB_DETAILS)
        queryset = with_key(queryset) if "key" in fields else queryset
        return queryset.prefetch_related("screenshots") if "screenshots" in fields else queryset
