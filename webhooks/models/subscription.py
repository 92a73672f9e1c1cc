"""A subscription: an address of another system, and what it wants to be told."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import ApiKey, Organization
from accounts.permissions import Principal
from mino.common.models import Dated, Identified

MAX_URL = 2000
MAX_DESCRIPTION = 100


class DisabledBy(models.TextChoices):
    """Why nothing is sent any more."""

    PERSON = "person", "by a person"
    FAILURES = "failures", "after too many failed deliveries"
    GONE = "gone", "because the receiver answered 410 Gone"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions, narrowed to what somebody may see or what is sent to."""

    def visible_to(self, user: Principal) -> SubscriptionQuerySet:
        """Those of the organizations that the user sees; deleted ones are unseen."""
        return self.filter(organization__in=Organization.objects.visible_to(user), deleted_at=None)

    def active(self) -> SubscriptionQuerySet:
        """Those that are told of events: `Subscription.is_active` says it of one."""
        return self.filter(is_enabled=True, deleted_at=None, organization__deleted_at=None)


class Subscription(Identified, Dated):
    """What an organization has told another system's address to be sent.

    `events` are names of `webhooks.events`. The secrets are stored encrypted; the previous one signs as well until
    `previous_secret_until`. `failed_attempts` counts those in a row, `consecutive_failures` the deliveries that failed
    in a row with all their attempts. `owners_due_at` says that the owners are to be told by mail that it was disabled.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="webhook_subscriptions", db_index=False)
    url = models.CharField("address", max_length=MAX_URL)
    description = models.CharField(max_length=MAX_DESCRIPTION, blank=True)
    events = models.JSONField(default=list)
    secret = models.TextField(editable=False)
    secret_set_at = models.DateTimeField(editable=False)
    previous_secret = models.TextField(blank=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_enabled = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_by = models.CharField(max_length=8, choices=DisabledBy, blank=True, editable=False)
    owners_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_failure_at = models.DateTimeField(null=True, blank=True, editable=False)
    failed_attempts = models.PositiveIntegerField(default=0, editable=False)
    consecutive_failures = models.PositiveIntegerField(default=0, editable=False)
    last_number = models.PositiveBigIntegerField(default=0, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="subscription_newest"),
            models.Index(
                fields=["owners_due_at"], name="subscription_owners_due", condition=Q(owners_due_at__isnull=False)
            ),
            models.Index(fields=["deleted_at"], name="subscription_deleted", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def is_active(self) -> bool:
        """Whether it is told of events."""
        return self.is_enabled and self.deleted_at is None and self.organization.deleted_at is None
