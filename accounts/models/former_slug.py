"""A short name that an organization had."""

from __future__ import annotations

from django.db import models

from accounts.models.organization import Organization
from mino.common.models import Identified


class FormerSlug(Identified):
    """Keeps an old short name for its organization: links with it lead on, and nobody else can take it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="former_slugs")
    slug = models.CharField(max_length=50, unique=True)
    retired_at = models.DateTimeField()

    class Meta:
        ordering = ["-retired_at", "-id"]

    def __str__(self) -> str:
        return self.slug
