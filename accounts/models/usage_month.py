"""What an organization used in a month."""

from __future__ import annotations

from django.db import models

from accounts.models.organization import Organization
from mino.common.models import Identified


class UsageMonth(Identified):
    """The usage of one month (its first day, UTC).

    `projects` is how many there were when one was last made or deleted, `requests` counts those to the API, `rows` the
    rows that were run, and `costs` what their agents cost, as decimal text by currency.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="usage_months", db_index=False)
    month = models.DateField()
    projects = models.PositiveIntegerField(default=0)
    executions = models.PositiveIntegerField(default=0)
    requests = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    costs = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-month"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["organization", "month"], name="usage_once_a_month")]

    def __str__(self) -> str:
        return f"{self.organization_id} in {self.month:%Y-%m}"
