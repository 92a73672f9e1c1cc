"""An owner asks for another plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.organization import Organization, Plan
from mino.common.models import Identified


class PlanRequestState(models.TextChoices):
    """Where a request stands; only an open one can change."""

    OPEN = "open", "Open"
    GRANTED = "granted", "Granted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class PlanRequest(Identified):
    """An owner asks for another plan, staff decide. An organization has at most one that is open."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="plan_requests", db_index=False)
    plan = models.CharField("plan asked for", max_length=12, choices=Plan)
    plan_before = models.CharField("plan when it was asked", max_length=12, choices=Plan)
    message = models.TextField(max_length=2000, blank=True)
    state = models.CharField(max_length=9, choices=PlanRequestState, default=PlanRequestState.OPEN)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["organization"], condition=Q(state="open"), name="plan_request_one_open")
        ]
        indexes = [models.Index(fields=["organization", "-created_at", "-id"], name="plan_request_newest")]

    def __str__(self) -> str:
        return f"{self.get_plan_display()} for {self.organization_id}"
