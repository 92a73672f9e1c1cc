"""What the executions of a project are compared with."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Organization
from analytics.statistics.verdict import MARGIN
from executions.models import Execution
from mino.common.models import Dated, Identified
from projects.models import Project


class ProjectBaseline(Identified, Dated):
    """The execution that others are measured by (none while nobody has chosen one), and the margin, a share, up to
    which a difference means nothing."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    project = models.OneToOneField(Project, models.CASCADE, related_name="baseline")
    execution = models.ForeignKey(Execution, models.SET_NULL, null=True, blank=True, related_name="+")
    margin = models.FloatField(default=MARGIN, validators=[MinValueValidator(0.0), MaxValueValidator(0.5)])
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Baseline of {self.project_id}"
