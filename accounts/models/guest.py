"""A person who was let in without a membership."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.models.organization import Organization
from mino.common.models import Identified


class Guest(Identified):
    """A user who sees an organization's name and the projects granted to them there, and nothing else of it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="guests", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="guest_places")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="guest_once")]
        indexes = [models.Index(fields=["organization", "id"], name="guest_of_organization")]

    def __str__(self) -> str:
        return f"{self.user} is a guest of {self.organization}"
