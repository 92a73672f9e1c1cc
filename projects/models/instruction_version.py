"""The text that tells the agent what is wanted, in numbered versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.models import ApiKey
from mino.common.models import Identified
from projects.models.project import Project

MIN_INSTRUCTIONS = 10
MAX_INSTRUCTIONS = 50_000


class InstructionVersion(Identified):
    """One immutable version of a project's instructions. `number` counts from 1 within the project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=MAX_INSTRUCTIONS)
    change_description = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta:
        ordering = ["-number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="version_number_unique")]

    def __str__(self) -> str:
        return f"Version {self.number}"
