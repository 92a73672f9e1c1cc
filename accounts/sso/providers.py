"""An organization's provider as allauth knows it, and its secret."""

from __future__ import annotations

import uuid

from allauth.socialaccount.models import SocialApp
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from accounts.models import IdentityProvider, Protocol
from accounts.signing_in.saml import saml_settings
from mino.common.secrets import decrypt, encrypt

COLUMN = "secret"


@sensitive_variables("secret")
def sealed(secret: str, provider: uuid.UUID) -> str:
    """A client's secret as it is stored in the row of the provider."""
    return encrypt(secret, table=IdentityProvider._meta.db_table, column=COLUMN, row=provider) if secret else ""


def provider_of(name: str | None) -> IdentityProvider | None:
    """The enabled provider of the organization whose id this is; organizations that are deleted have none."""
    try:
        organization = uuid.UUID(name or "")
    except ValueError:
        return None
    found = IdentityProvider.objects.filter(organization=organization, is_enabled=True, organization__deleted_at=None)
    return found.select_related("organization").first()


def is_of_organization(name: str) -> bool:
    """Whether a provider's name is that of an organization: its id, which never changes as short names do."""
    try:
        return bool(uuid.UUID(name))
    except ValueError:
        return False


def login_url(provider: IdentityProvider) -> str:
    """Where a form leads to the provider."""
    name = "saml_login" if provider.protocol == Protocol.SAML else "openid_connect_login"
    return reverse(name, args=[str(provider.organization_id)])


@sensitive_variables("secret")
def app_of(provider: IdentityProvider) -> SocialApp:
    """The provider in allauth's form; it is known by the organization's id. Raises SecretUnreadable."""
    name = str(provider.organization_id)
    if provider.protocol == Protocol.SAML:
        settings = saml_settings(
            entity_id=provider.issuer, sso_url=provider.sign_in_url, certificates=provider.certificates
        )
        return SocialApp(provider="saml", provider_id=name, client_id=name, name=provider.name, settings=settings)
    secret = ""
    if provider.secret:
        secret = decrypt(provider.secret, table=IdentityProvider._meta.db_table, column=COLUMN, row=provider.pk)
    return SocialApp(
        provider="openid_connect",
        provider_id=name,
        client_id=provider.client_id,
        secret=secret,
        name=provider.name,
        settings={"server_url": provider.issuer.rstrip("/"), "issuer": provider.issuer},
    )
