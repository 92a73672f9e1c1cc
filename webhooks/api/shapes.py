"""What the endpoints about webhooks take and give."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import AUTHOR, Author, with_author
from mino.common.api.fields import Boolean, Choice, Several, Text
from mino.common.api.serializers import Given, Taken
from webhooks.events import EVENTS
from webhooks.models import DeliveryStatus, DisabledBy
from webhooks.models.delivery import MOST_ATTEMPTS
from webhooks.models.subscription import MAX_DESCRIPTION, MAX_URL

WEBHOOK_ID = "019c1b02-11d0-7e46-8a90-4b5c6d7e8f90"
DELIVERY_ID = "019c1b07-6a31-7c15-9d02-8e9fa0b1c2d3"
URL = "https://hooks.example.com/mino"


class Webhook(Given):
    """An address that is told of events."""

    edited = ("url", "description", "events", "is_enabled")
    example: ClassVar[Any] = {
        "id": WEBHOOK_ID,
        "url": URL,
        "description": "Price feed",
        "events": ["execution.completed", "job.dead_lettered"],
        "is_enabled": True,
        "disabled_by": None,
        "disabled_at": None,
        "last_success_at": "2026-03-02T09:48:51Z",
        "last_failure_at": None,
        "failed_attempts": 0,
        "consecutive_failures": 0,
        "secret_set_at": "2026-01-05T09:00:00Z",
        "previous_secret_until": None,
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-05T09:00:00Z",
        "created_by": AUTHOR,
    }

    id = serializers.UUIDField()
    url = serializers.CharField(required=False)
    description = serializers.CharField(required=False)
    events = serializers.ListField(child=serializers.ChoiceField(choices=list(EVENTS)), required=False)
    is_enabled = serializers.BooleanField(required=False)
    disabled_by = serializers.SerializerMethodField(
        required=False, help_text="person, failures (five deliveries in a row) or gone (it answered 410)."
    )
    disabled_at = serializers.DateTimeField(required=False, allow_null=True)
    last_success_at = serializers.DateTimeField(required=False, allow_null=True)
    last_failure_at = serializers.DateTimeField(required=False, allow_null=True)
    failed_attempts = serializers.IntegerField(
        required=False, help_text="Attempts in a row that failed: the webhook is failing while it is above 0."
    )
    consecutive_failures = serializers.IntegerField(
        required=False, help_text="Deliveries in a row that failed with all their attempts."
    )
    secret_set_at = serializers.DateTimeField(required=False, help_text="When it got the secret that is in use.")
    previous_secret_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Until then the secret before the current one signs as well."
    )
    created_at = serializers.DateTimeField(required=False)
    updated_at = serializers.DateTimeField(required=False)
    created_by = Author()

    def get_disabled_by(self, subscription: Any) -> str | None:
        """Why nothing is sent, null while it is enabled."""
        return DisabledBy(subscription.disabled_by).value if subscription.disabled_by else None

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the author, without the secrets."""
        return with_author(queryset, fields).defer("secret", "previous_secret")


class WebhookSecret(Webhook):
    """A webhook with its secret, which is given this once."""

    example: ClassVar[Any] = {**Webhook.example, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}

    secret = serializers.SerializerMethodField(
        required=False, help_text="Checks the signatures. It can't be read again: keep it now."
    )

    def get_secret(self, subscription: Any) -> str:
        """The secret."""
        return str(self.context["secret"])


class Events(Several):
    """Names of events."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=Choice(choices=list(EVENTS)), allow_empty=False, max_length=len(EVENTS), **options)


class WebhookNew(Taken):
    """A new webhook."""

    example = {"url": URL, "description": "Price feed", "events": ["execution.completed", "job.dead_lettered"]}

    url = Text(max_length=MAX_URL, help_text="http or https, on the public internet.")
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, default="")
    events = Events()


class WebhookChange(Taken):
    """What is to be changed; what is left out stays."""

    example = {"events": ["execution.completed"], "is_enabled": True}

    url = Text(max_length=MAX_URL, required=False)
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, required=False)
    events = Events(required=False)
    is_enabled = Boolean(required=False)


class ExampleEvent(Taken):
    """Which event's example to send."""

    example = {"event": "execution.completed"}

    event = Choice(choices=list(EVENTS), required=False, help_text="By default the first that it has subscribed to.")


class Attempt(serializers.Serializer[Any]):
    """One call."""

    number = serializers.IntegerField()
    url = serializers.CharField()
    started_at = serializers.DateTimeField()
    duration_seconds = serializers.FloatField()
    request_headers = serializers.DictField(child=serializers.CharField())
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(help_text="Empty when the receiver answered 2xx.")
    response_headers = serializers.DictField(child=serializers.CharField())
    response_body = serializers.CharField(help_text="The first 64 KB.")


class Delivery(Given):
    """An event on its way to a webhook."""

    on_request: ClassVar[Collection[str]] = ("body",)
    example: ClassVar[Any] = {
        "id": DELIVERY_ID,
        "number": 118,
        "event": "execution.completed",
        "event_id": "019c1b07-6a2f-7b01-8c44-5d6e7f809112",
        "is_test": False,
        "status": "delivered",
        "attempts": 1,
        "status_code": 200,
        "error": "",
        "duration_seconds": 0.084,
        "is_being_sent": False,
        "next_attempt_at": None,
        "created_at": "2026-03-02T09:48:51Z",
        "finished_at": "2026-03-02T09:48:52Z",
    }

    id = serializers.UUIDField()
    number = serializers.IntegerField(required=False, help_text="Counts within the webhook.")
    event = serializers.ChoiceField(choices=list(EVENTS), source="event_name", required=False)
    event_id = serializers.UUIDField(required=False, help_text="`id` of the body, and the header webhook-id.")
    is_test = serializers.BooleanField(source="event.is_test", required=False)
    status = serializers.ChoiceField(choices=DeliveryStatus.choices, required=False)
    attempts = serializers.IntegerField(required=False)
    status_code = serializers.IntegerField(required=False, allow_null=True, help_text="What the last attempt got.")
    error = serializers.CharField(required=False)
    duration_seconds = serializers.FloatField(required=False, allow_null=True)
    is_being_sent = serializers.BooleanField(required=False, help_text="Whether it is being sent at this moment.")
    next_attempt_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Null when it is over or being sent, and while an earlier event of the same subject is on its way.",
    )
    created_at = serializers.DateTimeField(required=False)
    finished_at = serializers.DateTimeField(required=False, allow_null=True)
    body = serializers.SerializerMethodField(required=False, help_text="What was signed and sent, as JSON.")

    def get_body(self, delivery: Any) -> dict[str, Any]:
        """The body."""
        found: dict[str, Any] = json.loads(delivery.event.body)
        return found

    @classmethod
    def load(cls, queryset: QuerySet[Any], fields: Collection[str]) -> QuerySet[Any]:
        """With the event, whose body only comes along when it is asked for."""
        queryset = queryset.select_related("event")
        return queryset if "body" in fields else queryset.defer("event__body")


class DeliveryWithAttempts(Delivery):
    """An event on its way to a webhook, whose attempts can be asked for: those of many would be too much."""

    on_request = (*Delivery.on_request, "attempt_list")

    attempt_list = serializers.SerializerMethodField(
        required=False, help_text=f"The newest {MOST_ATTEMPTS} attempts with request and answer."
    )

    @extend_schema_field(Attempt(many=True))
    def get_attempt_list(self, delivery: Any) -> list[dict[str, Any]]:
        """The attempts."""
        return [dict(Attempt(one).data) for one in delivery.newest_attempts()]


class Redelivered(Given):
    """How many deliveries are sent again."""

    example = {"redelivered": 12}

    redelivered = serializers.IntegerField()
