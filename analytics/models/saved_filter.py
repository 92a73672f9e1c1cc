"""A filter of the grid that somebody keeps."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mino.common.models import Dated, Identified
from projects.models import Project

LONGEST_QUERY = 2000


class SavedFilter(Identified, Dated):
    """A filter by a name, for all batches and executions of its project. `query` is a query string without `?`."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="saved_filters", db_index=False)
    name = models.CharField(max_length=100)
    query = models.TextField(max_length=LONGEST_QUERY)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        # Its index gives the filters of a project in the order of their names.
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="saved_filter_name_unique")]

    def __str__(self) -> str:
        return self.name
