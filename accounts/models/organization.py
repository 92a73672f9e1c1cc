"""An organization: the workspace to which everything belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.api_keys.principal import ApiKeyPrincipal
from accounts.signing_in.scope import known, opened
from mino.common.models import Dated, Identified

if TYPE_CHECKING:
    from accounts.permissions import Principal

MAX_NAME = 100
MAX_SLUG = 50
SLUG = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$",
    "Use small letters, digits and hyphens; begin and end with a letter or a digit.",
)


class Plan(models.TextChoices):
    """What an organization has agreed to."""

    FREE = "free", "Free"
    PRO = "pro", "Pro"
    ENTERPRISE = "enterprise", "Enterprise"


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Organizations, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> OrganizationQuerySet:
        """Those that the user is in and that the user's sign-in opens (`accounts.signing_in.scope`)."""
        return self.of(user).filter(opened(user))

    def of(self, user: Principal) -> OrganizationQuerySet:
        """Those in which the user has a role or is a guest, unless they are deleted; an API key is in its own.

        The user's sign-in may not open all of them.
        """
        if isinstance(user, ApiKeyPrincipal):
            return self.filter(pk=user.organization_id, deleted_at=None)
        if not user.is_authenticated:
            return self.none()
        from accounts.models import Guest, Membership

        member, guest = (place.objects.filter(user=user.pk).order_by() for place in (Membership, Guest))
        # One list of the few: with two, joined by OR, the database would look at every organization there is.
        places: Any = member.values("organization").union(guest.values("organization"))
        return self.filter(known(user), pk__in=places, deleted_at=None)


class Organization(Identified, Dated):
    """A workspace. Everything belongs to exactly one, and nothing crosses.

    `max_*` is what staff agreed with it instead of its plan's limits (`accounts.limits.plans`). `project_count` are the
    projects that are there, `execution_count` the executions started in the month `execution_month` (its first day):
    `accounts.limits.counting` changes them.

    `*_days` is how long it keeps things, if shorter than the installation (`accounts.organizations.retention`).

    One that is deleted is unseen at once; it can be restored until its data are removed in the background, which
    has begun at `purging_at`.
    """

    name = models.CharField(max_length=MAX_NAME)
    slug = models.CharField(max_length=MAX_SLUG, unique=True, validators=[SLUG])
    plan = models.CharField(max_length=12, choices=Plan, default=Plan.FREE)
    max_projects = models.PositiveIntegerField("projects", null=True, blank=True)
    max_executions_a_month = models.PositiveIntegerField("executions a month", null=True, blank=True)
    max_requests_an_hour = models.PositiveIntegerField("API requests an hour", null=True, blank=True)
    project_count = models.PositiveIntegerField(default=0, editable=False)
    execution_count = models.PositiveIntegerField(default=0, editable=False)
    execution_month = models.DateField(null=True, blank=True, editable=False)
    requires_second_factor = models.BooleanField(default=False)
    requires_own_sign_in = models.BooleanField(default=False)
    screenshot_days = models.PositiveIntegerField("days for screenshots", null=True, blank=True)
    raw_result_days = models.PositiveIntegerField("days for raw answers", null=True, blank=True)
    audit_days = models.PositiveIntegerField("days for the audit trail", null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    purging_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    last_execution_number = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[Any] = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["deleted_at"], name="organization_deleted", condition=Q(deleted_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.name
