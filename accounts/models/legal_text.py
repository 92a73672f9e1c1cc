"""The terms of use and the privacy text, in versions, and who agreed to which."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from mino.common.models import Identified


class LegalKind(models.TextChoices):
    """What a text is about."""

    TERMS = "terms", "Terms of use"
    PRIVACY = "privacy", "Privacy"


class LegalText(Identified):
    """One version of a text, as it was published. It never changes; `change` says what differs from the one before."""

    kind = models.CharField(max_length=7, choices=LegalKind)
    version = models.PositiveSmallIntegerField(editable=False)
    text = models.TextField(
        help_text="Plain text; an empty line begins a paragraph, a line that begins with # is a heading."
    )
    change = models.CharField("what has changed", max_length=500, blank=True)
    published_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["kind", "-version"]
        default_permissions = ("add", "view")
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="legal_text_version_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"


class Consent(Identified):
    """A person agreed to a version of a text: when, and from where. It is kept as long as the account."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents", db_index=False)
    legal_text = models.ForeignKey(LegalText, models.PROTECT, related_name="consents", db_index=False)
    given_at = models.DateTimeField(default=timezone.now, editable=False)
    address = models.GenericIPAddressField(null=True, blank=True, editable=False)
    user_agent = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        ordering = ["-given_at", "-id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["user", "legal_text"], name="consent_once")]
        indexes = [models.Index(fields=["legal_text", "-given_at", "-id"], name="consent_newest_of_text")]

    def __str__(self) -> str:
        return f"{self.user} agreed to {self.legal_text}"
