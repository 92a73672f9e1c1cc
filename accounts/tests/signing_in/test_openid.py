"""The installation's own provider, by configuration alone, against a real OpenID Connect provider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.tests.signing_in.openid_server import Claims, OpenIDServer, relative, sign_in_by
from mino.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture(autouse=True)
def _configured(provider: OpenIDServer, settings: Settings) -> None:
    app = {"name": "Northlight ID", "client_id": "mino", "secret": "s3cret", "provider_id": "sso"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{**app, "settings": {"server_url": provider.url}}]}}
    provider.know("ines", email="ines@northlight.example", email_verified=True, name="Ines Marrow")


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_new_person_gets_an_account_with_their_name_and_confirmed_address(
    client: Client, provider: OpenIDServer, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert "Continue with Northlight ID" in client.get("/accounts/login/").text
    response = sign_in_by(client, provider, "ines", f"{LOGIN}?next=/profile/")
    assert response["Location"] == "/profile/"
    assert is_signed_in(client)
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("ines@northlight.example", "Ines Marrow", False)
    assert EmailAddress.objects.get().verified
    again = Client()
    sign_in_by(again, provider, "ines", LOGIN)
    assert is_signed_in(again)
    assert User.objects.count() == 1


def test_an_address_that_the_provider_did_not_confirm_waits_for_the_mail(
    client: Client, provider: OpenIDServer, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    provider.know("ines", email="ines@northlight.example", email_verified=False)
    sign_in_by(client, provider, "ines", LOGIN)
    assert not is_signed_in(client)
    assert not EmailAddress.objects.get().verified


def test_an_account_of_the_same_address_is_not_taken_over(
    client: Client, provider: OpenIDServer, owner: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    provider.know("thief", email=owner.email, email_verified=True)
    sign_in_by(client, provider, "thief", LOGIN)
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert User.objects.get(pk=owner.pk).has_usable_password()


def test_an_account_is_connected_by_who_is_signed_in_and_disconnected_again(
    client: Client, provider: OpenIDServer, owner: User
) -> None:
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    sign_in_by(client, provider, "ines", f"{LOGIN}?process=connect")
    account = SocialAccount.objects.get()
    assert account.user == owner
    assert "Northlight ID" in client.get("/profile/security/").text
    other = Client()
    sign_in_by(other, provider, "ines", LOGIN)
    assert other.get("/profile/").context["user"] == owner
    client.post("/accounts/3rdparty/", {"account": account.pk})
    assert not SocialAccount.objects.exists()


def test_who_has_no_password_keeps_the_last_way_in(client: Client, provider: OpenIDServer) -> None:
    sign_in_by(client, provider, "ines", LOGIN)
    page = client.post("/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk}, follow=True)
    assert "no password" in page.text
    assert SocialAccount.objects.exists()


def later(seconds: int) -> int:
    return int((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp())


@pytest.mark.parametrize(
    "lie",
    [
        lambda claims: {**claims, "aud": "another-client"},
        lambda claims: {**claims, "aud": ["mino", "other"], "azp": "other"},
        lambda claims: {**claims, "iss": "https://evil.example"},
        lambda claims: {**claims, "iat": later(-900), "exp": later(-300)},
        lambda claims: {**claims, "nonce": "of another sign-in"},
        lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
        lambda claims: {name: value for name, value in claims.items() if name != "exp"},
        lambda claims: {**claims, "sub": "somebody else"},
        lambda claims: {**claims, "sub": "x" * 300},
    ],
    ids=["audience", "party", "issuer", "expired", "nonce", "no nonce", "no end", "subject", "long"],
)
def test_an_id_token_that_is_not_for_this_sign_in_opens_nothing(
    client: Client, provider: OpenIDServer, lie: Callable[[Claims], Claims]
) -> None:
    provider.lie = lie
    response = sign_in_by(client, provider, "ines", LOGIN)
    assert response.status_code == 401
    assert "That did not work" in response.text
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_the_same_provider_without_the_lie_is_believed(client: Client, provider: OpenIDServer) -> None:
    provider.lie = dict
    sign_in_by(client, provider, "ines", LOGIN)
    assert is_signed_in(client)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_id_token_that_the_provider_did_not_sign_with_its_key_opens_nothing(
    client: Client, provider: OpenIDServer, algorithm: str
) -> None:
    provider.lie, provider.algorithm = dict, algorithm
    sign_in_by(client, provider, "ines", LOGIN)
    assert not is_signed_in(client)


def test_a_signature_by_another_key_opens_nothing(client: Client, provider: OpenIDServer) -> None:
    provider.lie, provider.shown = dict, rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    sign_in_by(client, provider, "ines", LOGIN)
    assert not is_signed_in(client)


def test_a_way_back_is_good_once_and_only_in_the_browser_that_began(client: Client, provider: OpenIDServer) -> None:
    back = relative(provider.agree(client.post(LOGIN)["Location"], "ines"))
    thief = Client()
    assert "That did not work" in thief.get(back).text
    client.get(back)
    assert is_signed_in(client)
    client.logout()
    assert "That did not work" in client.get(back).text
    assert not is_signed_in(client)


@pytest.mark.parametrize("broken", [{"token_endpoint": None}, {"jwks_uri": 7}])
def test_a_provider_that_says_too_little_of_itself_is_told_in_words(
    client: Client, provider: OpenIDServer, broken: dict[str, Any]
) -> None:
    provider.config = broken
    assert "That did not work" in client.post(LOGIN).text


def test_a_provider_that_is_down_is_told_in_words(client: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:1"
    assert "That did not work" in client.post(LOGIN).text


def test_a_provider_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.post("/accounts/oidc/other/login/").status_code == 404
