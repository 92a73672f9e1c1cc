"""An event on its way to one subscription, and every attempt to bring it there."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.permissions import Principal
from mino.common.models import Identified
from webhooks.models.event import Event
from webhooks.models.subscription import Subscription

MOST_ATTEMPTS = 50
"""So many attempts of a delivery are shown; more than eight there are only when people had it sent again and again."""


class DeliveryStatus(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "pending", "Pending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> DeliveryQuerySet:
        """Those of the subscriptions that the user sees."""
        return self.filter(subscription__in=Subscription.objects.visible_to(user))


class Delivery(Identified):
    """An event for one subscription.

    `number` counts within the subscription, in the order in which events happened. `due_at` is when it may be sent;
    None while an earlier one about the same subject `is_first` and has not arrived, and when it is over. A worker that
    sends it puts its `claim` there and moves `due_at` to the end of its lease. `tries` are the attempts of this round;
    someone who has it sent again begins another. The code, error and duration are those of the last attempt.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="webhook_deliveries")
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    number = models.PositiveBigIntegerField()
    subject_id = models.UUIDField()
    event_name = models.CharField(max_length=40)
    status = models.CharField(max_length=9, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    is_first = models.BooleanField(default=True)
    due_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    duration = models.PositiveIntegerField("duration in milliseconds", null=True, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-number"]
        default_permissions = ("view",)
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["subscription", "number"], name="delivery_number_unique")]
        indexes = [
            models.Index(fields=["subscription", "status", "-number"], name="delivery_by_status"),
            models.Index(fields=["subscription", "event_name", "-number"], name="delivery_by_event"),
            models.Index(
                fields=["due_at", "number"],
                name="delivery_due",
                condition=Q(status="pending", due_at__isnull=False),
            ),
            models.Index(
                fields=["subscription", "due_at", "number"],
                name="delivery_due_of_subscription",
                condition=Q(status="pending", due_at__isnull=False),
            ),
            models.Index(fields=["due_at"], name="delivery_under_way", condition=Q(claim__isnull=False)),
            models.Index(
                fields=["subscription", "subject_id", "number"],
                name="delivery_in_order",
                condition=Q(status="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.number}"

    @property
    def duration_seconds(self) -> float | None:
        """How long the last attempt took; None before the first."""
        return None if self.duration is None else self.duration / 1000

    @property
    def is_being_sent(self) -> bool:
        """Whether a worker sends it now."""
        return self.claim is not None

    @property
    def next_attempt_at(self) -> datetime | None:
        """When it is sent next; None when it is over, while it is being sent, and while it waits for an earlier one."""
        return None if self.is_being_sent else self.due_at

    def newest_attempts(self) -> models.QuerySet[Attempt]:
        """The attempts that are shown, the newest first."""
        return self.attempt_set.order_by("-number")[:MOST_ATTEMPTS]


class Attempt(Identified):
    """One time that a delivery was sent: what was asked, what came back, how long it took in milliseconds."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempt_set", db_index=False)
    number = models.PositiveIntegerField()
    url = models.CharField(max_length=2000)
    started_at = models.DateTimeField()
    duration = models.PositiveIntegerField()
    request_headers = models.JSONField(default=dict)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_unique")]

    def __str__(self) -> str:
        return f"Attempt {self.number}"

    @property
    def duration_seconds(self) -> float:
        """How long it took."""
        return self.duration / 1000
