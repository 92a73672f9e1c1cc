"""What an organization's runs begin with."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Organization
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES
from mino.common.models import Dated, Identified


class ExecutionDefaults(Identified, Dated):
    """The agent and the limits with which the form for a new run begins. An empty agent is the first usable one."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="execution_defaults")
    agent = models.CharField(max_length=20, blank=True)
    concurrency = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(MAX_CONCURRENCY)]
    )
    max_retries = models.PositiveSmallIntegerField(default=3, validators=[MaxValueValidator(MAX_RETRIES)])
    timeout = models.PositiveIntegerField(null=True, blank=True)
    budget = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name_plural = "execution defaults"

    def __str__(self) -> str:
        return f"What runs of {self.organization} begin with"
