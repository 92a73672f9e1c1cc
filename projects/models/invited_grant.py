"""What an invitation of a guest will give."""

from __future__ import annotations

from django.db import models

from accounts.models import Invitation
from mino.common.models import Identified
from projects.models.project import Project


class Level(models.TextChoices):
    """What a grant on a project gives, whatever the role."""

    VIEW = "view", "View"
    WORK = "work", "Work"


class InvitedGrant(Identified):
    """A grant on a project that begins when its invitation is accepted."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="invited_grants", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="invited_grants")
    level = models.CharField(max_length=4, choices=Level)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["invitation", "project"], name="invited_grant_once")]

    def __str__(self) -> str:
        return f"{self.level} on {self.project} for {self.invitation.email}"
