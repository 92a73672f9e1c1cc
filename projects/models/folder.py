"""Folders that batches of a project lie in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.permissions import Principal
from mino.common.models import Dated, Identified
from projects.models.project import Project, projects_of

MAX_DEPTH = 10
MAX_FOLDERS = 500
"""How many a project may have: its page shows all of them as a tree."""


class FolderQuerySet(models.QuerySet["Folder"]):
    """Folders, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> FolderQuerySet:
        """Those of the projects that the user may see."""
        return self.filter(project__in=projects_of(user))


class Folder(Identified, Dated):
    """A folder of a project, in another one or (without a parent) at the top. Names are unique among siblings."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="folders", db_index=False)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=100)

    objects: ClassVar[Any] = FolderQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="folder_name_unique", condition=Q(parent__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["project", "name"], name="folder_name_unique_at_top", condition=Q(parent__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["project", "name"], name="folder_by_name")]  # all folders of a project

    def __str__(self) -> str:
        return self.name
