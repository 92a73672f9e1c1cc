"""An invitation by mail: a link that lets one person in."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.membership import Role
from accounts.models.organization import Organization
from mino.common.models import Identified

GUEST = "guest"
"""What is offered to people who get no membership, only the projects that they are shown."""


MAX_ADDRESS = 254
"""Characters of an e-mail address, as RFC 5321 bounds it."""


class Ending(models.TextChoices):
    """How an invitation ended. One that only expired has no ending: it can be sent again."""

    ACCEPTED = "accepted", "Accepted"
    REVOKED = "revoked", "Revoked"
    REPLACED = "replaced", "Sent again"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, narrowed."""

    def pending(self) -> InvitationQuerySet:
        """Those that can still be accepted, or sent again if they have expired."""
        return self.filter(ended_at=None)

    def with_token(self, token: str) -> InvitationQuerySet:
        """The one whose link has this token, if there is one; it may have ended, its organization may not."""
        return self.filter(digest=digest_of(token), organization__deleted_at=None)


class Invitation(Identified):
    """One mail with one link, for one address. Of the link's token only a digest is kept."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations", db_index=False)
    email = models.EmailField("e-mail address", max_length=MAX_ADDRESS)
    role = models.CharField(max_length=8, choices=[*Role.choices, (GUEST, "Guest")])
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    invited_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    is_undelivered = models.BooleanField("mail could not be sent", default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=8, choices=Ending, blank=True)

    objects: ClassVar[Any] = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"], condition=Q(ended_at=None), name="invitation_pending_once"
            )
        ]
        indexes = [models.Index(fields=["organization", "-sent_at", "-id"], name="invitation_newest")]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"

    @property
    def is_for_guest(self) -> bool:
        """Whether it offers single projects instead of a membership."""
        return self.role == GUEST

    def is_expired(self, now: datetime | None = None) -> bool:
        """Whether its time is over."""
        return self.expires_at <= (now or timezone.now())


def digest_of(token: str) -> str:
    """What is kept of a token. It is random and long, so a plain digest can't be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
