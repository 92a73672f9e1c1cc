"""Nobody learns who has an account: not by signing up, not by a forgotten password, not by signing in."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db
UNKNOWN = "nobody@northlight.example"


@pytest.fixture(autouse=True)
def _with_mail(settings: Settings) -> None:
    """As where a mail server is set up."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def seen(client: Client, url: str, data: dict[str, str]) -> tuple[int, str, str]:
    """All that a stranger sees of the answer."""
    response = client.post(url, data)
    page = client.get(response["Location"]).text if response.status_code == 302 else response.text
    return response.status_code, response.get("Location", ""), page.replace(data.get("email", "-"), "…")


def test_signing_up_with_a_known_address_looks_like_signing_up_with_a_new_one(owner: User) -> None:
    details = {"name": "Ines", "password1": "a long enough one", "agreed": "on"}
    known = seen(Client(), "/accounts/signup/", {**details, "email": owner.email})
    fresh = seen(Client(), "/accounts/signup/", {**details, "email": UNKNOWN})
    assert known == fresh
    assert {message.to[0]: message.subject for message in mail.outbox}.keys() == {owner.email, UNKNOWN}
    assert "account exists" in mail.outbox[0].body or "already" in mail.outbox[0].body


def test_a_new_account_opens_when_its_address_is_confirmed() -> None:
    client = Client()
    client.post(
        "/accounts/signup/", {"name": "Ines", "password1": "a long enough one", "agreed": "on", "email": UNKNOWN}
    )
    assert client.get("/profile/").status_code == 302
    client.post("/accounts/login/", {"login": UNKNOWN, "password": "a long enough one"})
    assert client.get("/profile/").status_code == 302
    link = next(word for word in str(mail.outbox[0].body).split() if "/accounts/confirm-email/" in word)
    client.post(link)
    client.post("/accounts/login/", {"login": UNKNOWN, "password": "a long enough one"})
    assert client.get("/profile/").status_code == 200


def test_a_forgotten_password_tells_nothing(owner: User) -> None:
    known = seen(Client(), "/accounts/password/reset/", {"email": owner.email})
    assert known == seen(Client(), "/accounts/password/reset/", {"email": UNKNOWN})


def test_a_wrong_password_and_an_unknown_address_are_answered_alike_and_cost_the_same(owner: User) -> None:
    """The time of an answer is that of the hashes that it computes: so these are counted, not the time."""

    def hashes(email: str) -> tuple[int, str]:
        with patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as encode:
            page = Client().post("/accounts/login/", {"login": email, "password": "a wrong one"})
        return encode.call_count, str(page.context["form"].non_field_errors())

    assert hashes(owner.email) == hashes(UNKNOWN)
