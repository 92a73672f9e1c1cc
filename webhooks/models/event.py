"""What happened: noted in the transaction in which it did, then handed out to the subscriptions."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models import Organization
from mino.common.models import Identified


class PendingEvent(models.Model):
    """An event that was noted and not handed out yet.

    `subject_id` is what it is about: events of one subject are told in the order of their ids, since whoever notes one
    holds the subject's lock. Those of jobs are gathered: `data["jobs"]` of several becomes that of one event.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    subject_id = models.UUIDField()
    name = models.CharField(max_length=40)
    data = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["organization", "id"], name="pending_event_of_org"),
            models.Index(fields=["created_at"], name="pending_event_oldest"),
        ]

    def __str__(self) -> str:
        return self.name


class Event(Identified):
    """An event as it is told: `body` is exactly what is signed and sent, to every subscription the same."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="webhook_events")
    subject_id = models.UUIDField()
    name = models.CharField(max_length=40)
    body = models.TextField()
    is_test = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.name
