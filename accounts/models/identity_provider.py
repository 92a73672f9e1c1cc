"""An organization's own identity provider, and the e-mail domains that are confirmed to be the organization's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.membership import Role
from accounts.models.organization import Organization
from mino.common.models import Dated, Identified

if TYPE_CHECKING:
    from accounts.permissions import Principal


class Protocol(models.TextChoices):
    """What a provider speaks."""

    OPENID = "openid", "OpenID Connect"
    SAML = "saml", "SAML 2.0"


class IdentityProvider(Identified, Dated):
    """The provider by which an organization's people sign in, and what MINO was told about it when it was connected.

    `issuer` is what it calls itself (of SAML its entity ID), `sign_in_url` where browsers are led. `secret` is
    encrypted. A provider with another issuer is another row: what one says of a person says nothing of the other's.
    """

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="identity_provider")
    protocol = models.CharField(max_length=6, choices=Protocol)
    name = models.CharField(max_length=40)
    is_enabled = models.BooleanField(default=True)
    issuer = models.CharField(max_length=500)
    sign_in_url = models.CharField(max_length=1000)
    client_id = models.CharField(max_length=191, blank=True)
    secret = models.TextField(blank=True, editable=False)
    metadata_url = models.CharField(max_length=1000, blank=True)
    certificates = models.JSONField(default=list, blank=True)
    joins_as = models.CharField(
        max_length=8, blank=True, choices=[(role.value, role.label) for role in (Role.VIEWER, Role.MEMBER)]
    )
    last_sign_in_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class EmailDomainQuerySet(models.QuerySet["EmailDomain"]):
    """Domains, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> EmailDomainQuerySet:
        """Those of the user's organizations."""
        return self.filter(organization__in=Organization.objects.visible_to(user))

    def of_address(self, email: str) -> EmailDomainQuerySet:
        """The confirmed domain of an address."""
        return self.filter(domain=email.rpartition("@")[2].lower(), confirmed_at__isnull=False)


class EmailDomain(Identified, Dated):
    """A domain of e-mail addresses that an organization says is its own, confirmed by DNS or by platform staff.

    Confirmed, it is that of one organization: the provider's word for its addresses is then as good as a mail.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="email_domains", db_index=False)
    domain = models.CharField(max_length=253)
    token = models.CharField(max_length=64, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmed_by_staff = models.BooleanField(default=False, editable=False)

    objects: ClassVar[Any] = EmailDomainQuerySet.as_manager()

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "domain"], name="email_domain_once"),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(confirmed_at__isnull=False), name="email_domain_confirmed_once"
            ),
        ]

    def __str__(self) -> str:
        return self.domain
