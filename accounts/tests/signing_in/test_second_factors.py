"""Second factors: set up, asked for, lost, and kept encrypted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.signing_in.second_factors import rotate_second_factors
from mino.tests.factories import APP_KEY, PASSWORD, add_second_factor, code_of_app

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
ASKED = "/accounts/2fa/authenticate/"


def sign_in(client: Client, user: User) -> str:
    """Sign in by password; says where it leads."""
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})["Location"]


def is_signed_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def set_up_app(client: Client) -> str:
    """Set up an app as its page says; gives the key."""
    again = client.get("/accounts/2fa/totp/activate/", follow=True)
    client.post(again.redirect_chain[-1][0], {"password": PASSWORD})
    key = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_of_app(key)})
    return str(key)


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_after_the_password_and_asked_for_from_then_on(client: Client, owner: User) -> None:
    sign_in(client, owner)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    key = set_up_app(client)
    page = client.get("/profile/security/").text
    assert "Authenticator app" in page
    assert "10 left" in page
    assert "Authenticator App" in mail.outbox[-1].subject
    other = Client()
    assert sign_in(other, owner) == ASKED
    assert not is_signed_in(other)
    other.post(ASKED, {"code": code_of_app(key, period=1)})
    assert is_signed_in(other)


def test_a_code_opens_once(client: Client, owner: User) -> None:
    add_second_factor(owner)
    code = code_of_app()
    for browser, expected in ((client, True), (Client(), False)):
        sign_in(browser, owner)
        browser.post(ASKED, {"code": code})
        assert is_signed_in(browser) is expected


def test_a_recovery_code_opens_once_in_place_of_the_app(client: Client, owner: User) -> None:
    sign_in(client, owner)
    set_up_app(client)
    codes = re.findall(r"<code>(\d{8})</code>", client.get("/accounts/2fa/recovery-codes/").text)
    assert len(codes) == 10
    for expected in (True, False):
        browser = Client()
        sign_in(browser, owner)
        browser.post(ASKED, {"code": codes[3]})
        assert is_signed_in(browser) is expected


def test_guesses_of_the_code_are_limited(client: Client, owner: User) -> None:
    add_second_factor(owner)
    sign_in(client, owner)
    for number in range(5):
        client.post(ASKED, {"code": f"{number:06}"})
    client.post(ASKED, {"code": code_of_app()})
    assert not is_signed_in(client)


def test_taking_the_app_away_asks_for_the_password_first(client: Client, owner: User) -> None:
    add_second_factor(owner)
    sign_in(client, owner)
    client.post(ASKED, {"code": code_of_app()})
    assert "reauthenticate" in client.post("/accounts/2fa/totp/deactivate/")["Location"]
    assert Authenticator.objects.count() == 1


def test_keys_are_stored_encrypted_and_follow_the_rotation(client: Client, owner: User, settings: Settings) -> None:
    add_second_factor(owner)
    stored = Authenticator.objects.get().data["secret"]
    assert APP_KEY not in stored
    fresh = b"f" * 32
    settings.ENCRYPTION_KEYS = [fresh, *settings.ENCRYPTION_KEYS]
    call_command("rotate_secrets")
    assert Authenticator.objects.get().data["secret"] != stored
    settings.ENCRYPTION_KEYS = [fresh]
    assert rotate_second_factors().unreadable == 0
    sign_in(client, owner)
    client.post(ASKED, {"code": code_of_app()})
    assert is_signed_in(client)
