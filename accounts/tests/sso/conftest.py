"""Fixtures: an organization whose own OpenID Connect provider runs on loopback, which the operator allowed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from accounts.models import EmailDomain, IdentityProvider, Organization, User
from accounts.sso.connecting import openid_connect
from accounts.tests.signing_in.openid_server import OpenIDServer, openid_server
from mino.tests.factories import JOINED


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """No failures of other tests are counted."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="package")
def _running() -> Iterator[OpenIDServer]:
    with openid_server() as running:
        yield running


@pytest.fixture
def server(_running: OpenIDServer) -> OpenIDServer:
    """An OpenID Connect provider that tells the truth and was asked nothing yet."""
    _running.forget()
    return _running


@pytest.fixture
def provider(server: OpenIDServer, organization: Organization, owner: User, settings: Settings) -> IdentityProvider:
    """The organization's own provider; the domain northlight.example is confirmed."""
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.MINO_ALLOWED_PORTS = [server.port]
    EmailDomain.objects.create(organization=organization, domain="northlight.example", confirmed_at=JOINED)
    return openid_connect(
        organization=organization,
        user=owner,
        name="Northlight ID",
        issuer=server.url,
        client_id="mino",
        client_secret="s3cret",
        joins_as="",
    )
