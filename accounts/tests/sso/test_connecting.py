"""Connecting an organization's own provider: its addresses go through the outbound door, its secret is encrypted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, IdentityProvider, Organization, User
from accounts.sso.providers import app_of
from accounts.tests.signing_in.openid_server import OpenIDServer, openid_server

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
CONNECT = "/o/northlight/settings/sign-in/openid-connect/"


def form(server: OpenIDServer, **changes: str) -> dict[str, str]:
    values = {"name": "ID", "issuer": server.url, "client_id": "mino", "client_secret": "s3cret-of-the-client"}
    return {**values, "joins_as": "", **changes}


@pytest.fixture
def allowed(server: OpenIDServer, settings: Settings) -> OpenIDServer:
    """The provider's network and port are allowed."""
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.MINO_ALLOWED_PORTS = [server.port]
    return server


def refused(browser: Client, server: OpenIDServer, **changes: str) -> str:
    """What is said at the issuer's field."""
    page = browser.post(CONNECT, form(server, **changes))
    assert not IdentityProvider.objects.exists()
    return str(page.context["form"].errors["issuer"])


def test_an_owner_connects_a_provider_and_its_secret_is_kept_encrypted(
    client_for: ClientFor, owner: User, organization: Organization, allowed: OpenIDServer, settings: Settings
) -> None:
    browser = client_for(owner)
    assert f"/accounts/oidc/{organization.pk}/login/callback/" in browser.get(CONNECT).text
    page = browser.post(CONNECT, form(allowed), follow=True)
    provider = IdentityProvider.objects.get()
    assert "s3cret" not in provider.secret + page.text + str(list(AuditEntry.objects.values()))
    assert app_of(provider).secret == "s3cret-of-the-client"
    settings.ENCRYPTION_KEYS = [b"f" * 32, *settings.ENCRYPTION_KEYS]
    call_command("rotate_secrets")
    settings.ENCRYPTION_KEYS = [b"f" * 32]
    provider.refresh_from_db()
    assert app_of(provider).secret == "s3cret-of-the-client"
    browser.post(CONNECT, form(allowed, client_secret="", name="Renamed"))
    provider.refresh_from_db()
    assert (app_of(provider).secret, provider.name) == ("s3cret-of-the-client", "Renamed")
    browser.post(CONNECT, form(allowed, client_secret="", client_id="another"))
    provider.refresh_from_db()
    assert app_of(provider).secret == ""


def test_a_private_address_is_refused_and_nothing_is_sent_there(
    client_for: ClientFor, owner: User, server: OpenIDServer
) -> None:
    said = refused(client_for(owner), server)
    assert "not encrypted" in said
    said = refused(client_for(owner), server, issuer=server.url.replace("http:", "https:"))
    assert "127.0.0.1" in said
    assert server.asked == []


@pytest.mark.parametrize("issuer", ["https://169.254.169.254", "https://[::1]", "https://localhost:5432", "ftp://x"])
def test_addresses_within_the_house_are_refused(
    client_for: ClientFor, owner: User, server: OpenIDServer, issuer: str
) -> None:
    assert refused(client_for(owner), server, issuer=issuer)


def test_a_provider_that_leads_into_the_house_is_refused(
    client_for: ClientFor, owner: User, allowed: OpenIDServer
) -> None:
    allowed.config = {"token_endpoint": "http://10.0.0.1/token"}
    assert "names no usable token_endpoint" in refused(client_for(owner), allowed)


def test_a_provider_that_later_leads_into_the_house_gets_nothing(
    client_for: ClientFor, owner: User, member: User, allowed: OpenIDServer, organization: Organization
) -> None:
    client_for(owner).post(CONNECT, form(allowed))
    with openid_server() as inside:
        allowed.config = {"token_endpoint": f"{inside.url}/oauth2/token"}
        client = Client()
        sent = client.post(f"/accounts/oidc/{organization.pk}/login/")
        back = allowed.agree(sent["Location"], "m")
        assert client.get(back.replace("http://testserver", "")).status_code == 401
        assert inside.asked == []


def test_another_issuer_than_the_one_asked_for_is_refused(
    client_for: ClientFor, owner: User, allowed: OpenIDServer
) -> None:
    allowed.config = {"issuer": "https://accounts.google.com"}
    assert "calls itself" in refused(client_for(owner), allowed)


def test_a_provider_that_calls_itself_otherwise_later_is_not_believed(
    client_for: ClientFor, owner: User, allowed: OpenIDServer, organization: Organization
) -> None:
    client_for(owner).post(CONNECT, form(allowed))
    allowed.config = {"issuer": "https://evil.example"}
    assert Client().post(f"/accounts/oidc/{organization.pk}/login/").status_code == 401


def test_what_is_no_provider_is_told_in_words(client_for: ClientFor, owner: User, allowed: OpenIDServer) -> None:
    assert "answered with status 404" in refused(client_for(owner), allowed, issuer=f"{allowed.url}/nothing")


def test_another_provider_forgets_what_linked_accounts_with_the_first(
    client_for: ClientFor,
    owner: User,
    member: User,
    allowed: OpenIDServer,
    organization: Organization,
    settings: Settings,
) -> None:
    browser = client_for(owner)
    browser.post(CONNECT, form(allowed))
    first = IdentityProvider.objects.get()
    SocialAccount.objects.create(user=member, provider=str(organization.pk), uid="m")
    with openid_server() as other:
        settings.MINO_ALLOWED_PORTS = [allowed.port, other.port]
        assert browser.post(CONNECT, form(other)).status_code == 302
    assert IdentityProvider.objects.get().pk != first.pk
    assert not SocialAccount.objects.exists()


def test_two_organizations_with_the_same_client_at_two_providers_do_not_mix(
    client_for: ClientFor, owner: User, stranger: User, member: User, allowed: OpenIDServer, settings: Settings
) -> None:
    client_for(owner).post(CONNECT, form(allowed))
    with openid_server() as other:
        settings.MINO_ALLOWED_PORTS = [allowed.port, other.port]
        client_for(stranger).post(CONNECT.replace("northlight", "elsewhere"), form(other))
        mine, theirs = IdentityProvider.objects.order_by("pk")
        SocialAccount.objects.create(user=member, provider=str(mine.organization_id), uid="m")
        client = Client()
        sent = client.post(f"/accounts/oidc/{theirs.organization_id}/login/")
        back = other.agree(sent["Location"], "m").replace("http://testserver", "")
        client.get(back)
        assert client.get("/o/northlight/projects/").status_code == 302
        swapped = back.replace(str(theirs.organization_id), str(mine.organization_id))
        assert client.get(swapped).status_code == 401


def test_admins_neither_see_nor_change_it(client_for: ClientFor, admin: User, allowed: OpenIDServer) -> None:
    for method, data in (("get", {}), ("post", form(allowed))):
        response: Any = getattr(client_for(admin), method)(CONNECT, data)
        assert response.status_code == 403
