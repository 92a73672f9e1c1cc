"""The key by which a program says who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.organization import Organization
from mino.common.models import Dated, Identified

if TYPE_CHECKING:
    from accounts.permissions import Principal


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """API keys, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> ApiKeyQuerySet:
        """Those of the organizations whose keys the user may see: no key sees any."""
        seen = Organization.objects.visible_to(user)
        may = [one.pk for one in seen if user.has_perm("accounts.view_api_keys", one)]
        return self.filter(organization__in=may)


class ApiKey(Identified, Dated):
    """An API key of an organization. The key itself is shown once; what is kept is its keyed digest.

    `prefix` are its first characters, by which people know it again. `project_ids` limits it to projects (text of their
    ids; None: all). A rotated key names the one that takes its place and ends some time after.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="api_keys", db_index=False)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    project_ids = models.JSONField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    replaced_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaced", editable=False
    )
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_address = models.GenericIPAddressField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar[Any] = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        verbose_name = "API key"
        indexes = [models.Index(fields=["organization", "-created_at", "-id"], name="api_key_newest")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def status(self) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= timezone.now() else "active"
