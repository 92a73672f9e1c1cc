"""Nobody is signed out, or led away, by a SAML message: MINO takes part in no single logout."""

from __future__ import annotations

import base64
import zlib

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db
ISSUER = "https://idp.example/metadata"
HERE = "http://127.0.0.1/accounts/saml/sso/sls/"
REQUEST = f"""<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2026-01-05T09:00:00Z"
 Destination="{HERE}"><saml:Issuer>{ISSUER}</saml:Issuer><saml:NameID>anybody</saml:NameID></samlp:LogoutRequest>"""


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unsigned_message_does_nothing(client: Client, owner: User, settings: Settings, method: str) -> None:
    metadata = {"entity_id": ISSUER, "sso_url": "https://idp.example/sso", "certificates": ["TUlOTw=="]}
    app = {"name": "SAML", "client_id": "sso", "provider_id": "saml", "settings": {"metadata": metadata}}
    settings.SOCIALACCOUNT_PROVIDERS = {"saml": {"APPS": [app]}}
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    packed = zlib.compress(REQUEST.encode())[2:-4]
    sent = {"SAMLRequest": base64.b64encode(packed).decode(), "RelayState": "https://evil.example/"}
    answer = getattr(client, method)("/accounts/saml/sso/sls/", sent, headers={"Host": "127.0.0.1"})
    assert answer.status_code == 404
    assert client.get("/profile/").status_code == 200
