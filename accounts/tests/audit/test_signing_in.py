"""How people get in leaves entries, without what must stay secret."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, Organization, User
from mino.tests.factories import PASSWORD, add_second_factor, code_of_app

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
LOGIN = "/accounts/login/"


def entries() -> list[AuditEntry]:
    return list(AuditEntry.objects.order_by("timestamp", "id"))


def events() -> list[str]:
    return [entry.event for entry in entries()]


def test_signing_in_and_out(client: Client, organization: Organization, member: User) -> None:
    headers = {"User-Agent": "Firefox"}
    client.post(LOGIN, {"login": member.email, "password": PASSWORD}, headers=headers, REMOTE_ADDR="203.0.113.9")
    client.post("/accounts/logout/")
    came, went = entries()
    assert (came.event, went.event) == ("sign_in.succeeded", "sign_in.ended")
    assert (came.actor, came.organization, came.changes) == (member, organization, {"by": [None, "password"]})
    assert (came.remote_addr, came.user_agent, went.actor) == ("203.0.113.9", "Firefox", member)


def test_a_wrong_password_names_the_account_but_nobody_who_acts(
    client: Client, organization: Organization, member: User
) -> None:
    client.post(LOGIN, {"login": member.email.upper(), "password": "hunter2hunter2"})
    (entry,) = entries()
    assert (entry.event, entry.object_pk, entry.organization) == ("sign_in.failed", str(member.pk), organization)
    assert (entry.actor, entry.actor_email) == (None, "")
    assert "hunter2" not in str(entry.__dict__)


def test_an_address_that_nobody_has_is_not_kept(client: Client, member: User) -> None:
    client.post(LOGIN, {"login": "hunter2hunter2@example.com", "password": "x"})
    (entry,) = entries()
    assert (entry.event, entry.organization, entry.object_repr) == ("sign_in.failed", None, "")
    assert "hunter2" not in str(entry.__dict__)


def test_a_second_factor_that_fails_and_one_that_works(client: Client, member: User) -> None:
    add_second_factor(member)
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    assert events() == []
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": code_of_app()})
    assert events() == ["sign_in.second_factor_failed", "sign_in.succeeded"]
    assert [entry.actor for entry in entries()] == [member, member]


@pytest.mark.django_db(transaction=True)
def test_a_factor_that_is_set_up_and_taken_away(client: Client, member: User) -> None:
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    address = "/accounts/2fa/totp/activate/"
    client.post(client.get(address)["Location"], {"password": PASSWORD})
    secret = client.get(address).context["form"].secret
    client.post(address, {"code": code_of_app(secret)})
    client.post("/accounts/2fa/totp/deactivate/")
    added = [entry for entry in entries() if entry.event == "user.second_factor_added"]
    assert {"factor": [None, "authenticator app"]} in [entry.changes for entry in added]
    assert "user.second_factor_removed" in events()
    assert not any(secret in str(entry.__dict__) for entry in entries())


def test_a_password_that_is_changed_and_reset(client: Client, member: User) -> None:
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    new = "quite another battery"
    given = {"oldpassword": PASSWORD, "password": new, "password1": new, "password2": new}
    client.post("/accounts/password/change/", given)
    client.post("/accounts/logout/")
    client.post("/accounts/password/reset/", {"email": member.email})
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    where = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(where, {"password1": "a third battery", "password2": "a third battery", "password": "a third battery"})
    assert "user.password_changed" in events()
    assert "user.password_reset" in events()
    assert not any("battery" in str(entry.__dict__) for entry in entries())


def test_an_account_that_is_made(client: Client, db: None) -> None:
    given = {"email": "new@example.com", "password1": PASSWORD, "name": "New", "password2": PASSWORD, "agreed": "on"}
    client.post("/accounts/signup/", given)
    assert "user.created" in events()
    assert not any(PASSWORD in str(entry.__dict__) for entry in entries())


def test_a_browser_that_is_signed_out_from_elsewhere(client: Client, member: User) -> None:
    for browser in (Client(), client):
        browser.post(LOGIN, {"login": member.email, "password": PASSWORD})
    client.post("/profile/security/")
    assert events()[-1] == "sign_in.revoked"


def test_a_profile_that_is_changed(client_for: ClientFor, organization: Organization, member: User) -> None:
    client_for(member).post("/profile/", {"name": "Another name", "time_zone": "Europe/Paris"})
    (entry,) = entries()
    assert (entry.event, entry.actor, entry.organization) == ("user.updated", member, organization)
    assert entry.changes["name"] == ["Member of Northlight", "Another name"]
