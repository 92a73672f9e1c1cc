"""An organization's account at an agent's maker: its key, and how much may run with it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Organization, User
from mino.common.models import Dated, Identified


class AgentCredential(Identified, Dated):
    """How many runs of an agent an organization may have at once, over all of its executions, and with which key.

    `running_jobs` counts them: it is raised and lowered by the transactions that claim and finish jobs. `secret` is the
    encrypted key (`executions.credentials`), empty where the installation's is used; `ending` are its last characters.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="agent_credentials")
    agent = models.CharField(max_length=20)
    concurrency = models.PositiveSmallIntegerField(
        default=50, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    running_jobs = models.PositiveIntegerField(default=0, editable=False)

    secret = models.TextField(blank=True, default="", editable=False)
    ending = models.CharField(max_length=4, blank=True, default="", editable=False)
    set_at = models.DateTimeField(null=True, editable=False)
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    tested_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["agent"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["organization", "agent"], name="credential_once_per_agent")]

    def __str__(self) -> str:
        return f"{self.agent} of {self.organization}"
