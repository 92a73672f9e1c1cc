"""What protects the way in: fresh sessions, cookies, headers, limits."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from mino.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def _sign_in(client: Client, email: str, password: str) -> int:
    return client.post("/accounts/login/", {"login": email, "password": password}).status_code


def test_a_session_known_before_the_sign_in_is_worth_nothing_after_it(client: Client, owner: User) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert _sign_in(client, owner.email, PASSWORD) == 302
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = before
    assert thief.get("/profile/").status_code == 302


def test_cookies_stay_at_home_when_other_sites_ask(client: Client, owner: User) -> None:
    client.get("/accounts/login/")
    assert client.cookies[settings.CSRF_COOKIE_NAME]["samesite"] == "Strict"
    _sign_in(client, owner.email, PASSWORD)
    assert client.cookies[settings.SESSION_COOKIE_NAME]["samesite"] == "Lax"


def test_pages_may_not_use_the_devices_of_the_reader(client: Client) -> None:
    assert "camera=()" in client.get("/accounts/login/")["Permissions-Policy"]


def test_after_twenty_failures_an_ip_address_waits_whoever_it_tries(client: Client, owner: User) -> None:
    for number in range(20):
        _sign_in(client, f"guess-{number}@northlight.example", "wrong")
    response = client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert response.status_code != 302
