"""The audit trail: who did what, when, from where, and what it was before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from accounts.models.membership import Membership
from accounts.models.organization import Organization
from mino.common.models import Identified

if TYPE_CHECKING:
    from accounts.permissions import Principal

    LogEntry = models.Model
else:
    from auditlog.models import AbstractLogEntry as LogEntry

REFUSAL = "Entries of the audit trail can't be changed or deleted."


class AuditEntryFixed(TypeError):
    """Somebody tried to change or delete an entry of the audit trail."""

    def __init__(self) -> None:
        super().__init__(REFUSAL)


class Channel(models.TextChoices):
    """By what way somebody acted."""

    PAGE = "page", "Page"
    API = "api", "API"
    ADMIN = "admin", "Platform staff"
    WORKER = "worker", "Worker"
    COMMAND = "command", "Command line"


class Act(models.IntegerChoices):
    """What an act does to its subject; the numbers are django-auditlog's."""

    CREATE = 0, "Create"
    UPDATE = 1, "Change"
    DELETE = 2, "Delete"
    ACCESS = 3, "Use"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Entries, which can be read and added only."""

    def visible_to(self, user: Principal) -> AuditEntryQuerySet:
        """Those of the organizations whose trail the user may read: only admins and owners, no API keys."""
        from accounts.permissions import roles_with

        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.filter(
            user=user.pk,
            role__in=roles_with("accounts.view_audit"),
            organization__in=Organization.objects.visible_to(user).order_by(),
        )
        return self.filter(organization__in=mine.values("organization"))

    def update(self, **values: Any) -> NoReturn:
        """Refuse. Raises AuditEntryFixed."""
        raise AuditEntryFixed

    def delete(self) -> NoReturn:
        """Refuse. Raises AuditEntryFixed."""
        raise AuditEntryFixed

    def bulk_update(self, *arguments: Any, **named: Any) -> NoReturn:
        """Refuse. Raises AuditEntryFixed."""
        raise AuditEntryFixed


class AuditEntry(Identified, LogEntry):
    """One act. It outlives whom and what it names: no foreign key of it is enforced, so nothing takes it along.

    What django-auditlog's entry has and MINO does not use is left out. `changes` holds `{name: [before, after]}`, as
    there. `actor` is the person who acted, or on whose behalf a worker did; `api_key_id` the key, in the same way.
    """

    content_type = None
    object_id = None
    serialized_data = None
    changes_text = None
    remote_port = None
    additional_data = None

    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    api_key_id = models.UUIDField("API key", null=True, blank=True)
    api_key_text = models.CharField("name of the API key", max_length=200, blank=True)
    channel = models.CharField(max_length=8, choices=Channel)
    user_agent = models.CharField(max_length=300, blank=True)
    event = models.CharField(max_length=60)
    action = models.PositiveSmallIntegerField(choices=Act)
    subject_kind = models.CharField(max_length=30)
    object_pk = models.CharField("id of the subject", max_length=255, blank=True)
    object_repr = models.CharField("subject", max_length=200, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    remote_addr = models.GenericIPAddressField("address", null=True, blank=True)
    count = models.PositiveIntegerField(null=True, blank=True)
    cid = models.CharField("id of the request", max_length=64, blank=True)
    actor_email = models.CharField("e-mail address", max_length=254, blank=True)
    timestamp = models.DateTimeField("when", editable=False)

    objects: ClassVar[Any] = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-timestamp", "-id"]
        get_latest_by = "timestamp"
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["organization", "-timestamp", "-id"], name="audit_newest"),
            models.Index(fields=["actor", "organization", "-timestamp", "-id"], name="audit_of_actor"),
            models.Index(
                fields=["api_key_id", "-timestamp", "-id"],
                name="audit_of_api_key",
                condition=models.Q(api_key_id__isnull=False),
            ),
            models.Index(fields=["organization", "subject_kind", "-timestamp", "-id"], name="audit_of_kind"),
            models.Index(fields=["organization", "event", "-timestamp", "-id"], name="audit_of_event"),
            models.Index(fields=["object_pk", "-timestamp", "-id"], name="audit_of_subject"),
            # What workers, platform staff or the command line did, newest first.
            models.Index(fields=["organization", "channel", "-timestamp", "-id"], name="audit_of_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.object_repr}".strip()

    def save(self, *arguments: Any, **named: Any) -> None:
        """Add a new entry. Raises AuditEntryFixed for one that is there already."""
        if not self._state.adding:
            raise AuditEntryFixed
        super().save(*arguments, **{**named, "force_insert": True})

    def delete(self, *arguments: Any, **named: Any) -> NoReturn:
        """Refuse. Raises AuditEntryFixed."""
        raise AuditEntryFixed
