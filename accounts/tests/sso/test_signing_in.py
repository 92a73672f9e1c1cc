"""Signing in by an organization's own provider, against a real one: whom it may vouch for, and what that opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.signals import pre_social_login
from django.test import Client
from pytest_django import Settings

from accounts.models import IdentityProvider, Membership, Organization, Role, User
from accounts.sso.connecting import provider_remove, provider_switch
from accounts.tests.signing_in.openid_server import OpenIDServer, agree, sign_in_by
from mino.tests.factories import (
    PASSWORD,
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    add_second_factor,
    code_of_app,
)

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
HOME = "/o/northlight/projects/"
CONFIRM = "/accounts/sso/confirm/"


@pytest.fixture
def login(provider: IdentityProvider) -> str:
    """Where the button leads."""
    return f"/accounts/oidc/{provider.organization_id}/login/"


def status(client: Client, url: str = HOME) -> int:
    return client.get(url).status_code


def by_password(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def linked(user: User, server: OpenIDServer, login: str, sub: str = "m") -> Client:
    """A browser in which the user has connected their account with the provider."""
    server.know(sub, email=user.email, email_verified=True, name=user.name)
    client = by_password(user)
    sign_in_by(client, server, sub, login)
    client.post(CONFIRM)
    return client


def test_a_provider_that_says_somebody_elses_address_gets_no_account(
    client: Client, server: OpenIDServer, login: str, stranger: User
) -> None:
    server.know("thief", email=stranger.email, email_verified=True)
    response = sign_in_by(client, server, "thief", login)
    assert response.status_code == 403
    assert "can’t vouch for stranger@elsewhere.example" in response.text
    assert status(client, "/profile/") == 302
    assert not SocialAccount.objects.exists()


def test_the_answer_tells_nothing_about_addresses_of_others(
    client: Client, server: OpenIDServer, login: str, stranger: User
) -> None:
    answers = []
    for email in (stranger.email, "nobody@elsewhere.example"):
        server.know(email, email=email, email_verified=True)
        answer = sign_in_by(client, server, email, login)
        answers.append((answer.status_code, answer.text.replace(email, "…")))
    assert answers[0] == answers[1]


def test_an_account_of_a_confirmed_domain_is_linked_only_once_it_agrees(
    client: Client, server: OpenIDServer, login: str, member: User
) -> None:
    server.know("m", email=member.email, email_verified=True)
    assert sign_in_by(client, server, "m", login)["Location"] == CONFIRM
    assert status(client) == 302
    assert "has an account here already" in client.get(CONFIRM).text
    client.post(CONFIRM)
    assert not SocialAccount.objects.exists()
    client.post("/accounts/login/", {"login": member.email, "password": PASSWORD})
    assert "signed in here as" in client.get(CONFIRM).text
    client.post(CONFIRM)
    assert SocialAccount.objects.get().user == member
    again = Client()
    sign_in_by(again, server, "m", login)
    assert status(again) == 200


def test_who_does_not_agree_is_not_linked_and_not_asked_again(server: OpenIDServer, login: str, member: User) -> None:
    server.know("m", email=member.email)
    client = by_password(member)
    sign_in_by(client, server, "m", login)
    client.post(CONFIRM, {"no": "1"})
    assert not SocialAccount.objects.exists()
    assert client.get(CONFIRM).status_code == 302


def test_agreeing_takes_at_most_ten_minutes(server: OpenIDServer, login: str, member: User) -> None:
    server.know("m", email=member.email)
    client = by_password(member)
    sign_in_by(client, server, "m", login)
    session = client.session
    session["sso_link"] = {**session["sso_link"], "until": 1}
    session.save()
    client.post(CONFIRM)
    assert not SocialAccount.objects.exists()


def test_an_account_outside_of_the_organization_is_not_linked(server: OpenIDServer, login: str, stranger: User) -> None:
    server.know("s", email="s@northlight.example")
    client = by_password(stranger)
    sign_in_by(client, server, "s", login)
    assert "Your account is not in Northlight Retail" in client.post(CONFIRM, follow=True).text
    assert not SocialAccount.objects.exists()


def test_a_person_of_the_provider_opens_one_account_only(
    server: OpenIDServer, login: str, member: User, viewer: User
) -> None:
    linked(member, server, login)
    other = by_password(viewer)
    sign_in_by(other, server, "m", login)
    assert SocialAccount.objects.get().user == member


def test_the_sign_in_opens_its_organization_and_nothing_else(
    server: OpenIDServer, login: str, member: User, settings: Settings
) -> None:
    elsewhere = OrganizationFactory(name="Elsewhere", slug="elsewhere")
    MembershipFactory(user=member, organization=elsewhere, role=Role.OWNER)
    linked(member, server, login)
    client = Client()
    sign_in_by(client, server, "m", login)
    assert status(client) == 200
    assert status(client, "/o/elsewhere/projects/") == 404
    assert client.post("/o/elsewhere/settings/", {"name": "Taken"}).status_code == 404
    assert client.get("/")["Location"] == "/o/northlight/"
    assert "Elsewhere" not in client.get(HOME).text
    assert client.get("/api/v1/projects", headers={"X-Mino-Organization": "elsewhere"}).status_code in (403, 404)
    assert client.get("/api/v1/projects", headers={"X-Mino-Organization": "northlight"}).status_code == 200
    assert status(by_password(member), "/o/elsewhere/projects/") == 200


CLOSED = [
    "/profile/",
    "/profile/security/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/password/set/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/3rdparty/",
    "/accounts/reauthenticate/",
    "/accounts/sso/confirm/",
    "/organizations/new/",
    "/admin/",
]


def test_the_sign_in_does_not_open_the_account_itself(server: OpenIDServer, login: str, member: User) -> None:
    User.objects.filter(pk=member.pk).update(is_staff=True, is_superuser=True)
    linked(member, server, login)
    client = Client()
    sign_in_by(client, server, "m", login)
    for url in CLOSED:
        for method in ("get", "post"):
            response = getattr(client, method)(url)
            assert response.status_code == 403, url
            assert "opens Northlight Retail only" in response.text


def test_the_sign_in_connects_no_other_provider_with_the_account(
    server: OpenIDServer, login: str, member: User, settings: Settings
) -> None:
    app = {"name": "ID", "client_id": "mino", "secret": "s3cret", "provider_id": "sso"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{**app, "settings": {"server_url": server.url}}]}}
    linked(member, server, login)
    client = Client()
    sign_in_by(client, server, "m", login)
    response = sign_in_by(client, server, "thief", "/accounts/oidc/sso/login/?process=connect")
    assert response.status_code == 403
    assert SocialAccount.objects.count() == 1


def test_a_second_factor_of_the_account_is_asked_for_all_the_same(
    server: OpenIDServer, login: str, member: User
) -> None:
    linked(member, server, login)
    add_second_factor(member)
    client = Client()
    assert sign_in_by(client, server, "m", login)["Location"] == "/accounts/2fa/authenticate/"
    assert status(client) == 302
    client.post("/accounts/2fa/authenticate/", {"code": code_of_app()})
    assert status(client) == 200
    assert status(client, "/profile/") == 403


def test_a_member_who_was_removed_does_not_come_in_again(
    client: Client, server: OpenIDServer, login: str, member: User, provider: IdentityProvider
) -> None:
    IdentityProvider.objects.update(joins_as="member")
    linked(member, server, login)
    here = Client()
    sign_in_by(here, server, "m", login)
    Membership.objects.get(user=member).delete()
    assert status(here) == 404
    response = sign_in_by(client, server, "m", login)
    assert response.status_code == 403
    assert "not in Northlight Retail any more" in response.text
    assert not Membership.objects.filter(user=member).exists()


def test_a_newcomer_gets_an_account_only_if_the_owner_lets_them_in(
    client: Client, server: OpenIDServer, login: str
) -> None:
    server.know("new", email="new@northlight.example", email_verified=False, name="Nora New")
    assert "Nobody has invited you" in sign_in_by(client, server, "new", login).text
    assert not User.objects.filter(email="new@northlight.example").exists()
    IdentityProvider.objects.update(joins_as="member")
    sign_in_by(client, server, "new", login)
    assert client.get(HOME)["Location"].startswith("/consent/")
    agree(client)
    assert status(client) == 200
    user = User.objects.get(email="new@northlight.example")
    assert (user.name, Membership.objects.get(user=user).role) == ("Nora New", Role.MEMBER)
    assert EmailAddress.objects.get(user=user).verified


def test_a_newcomer_for_whom_the_door_closes_meanwhile_gets_no_account(
    client: Client, server: OpenIDServer, login: str
) -> None:
    def close(**_: object) -> None:
        IdentityProvider.objects.update(joins_as="")

    IdentityProvider.objects.update(joins_as="member")
    server.know("new", email="new@northlight.example", name="Nora New")
    pre_social_login.connect(close)  # sent once it is decided, before the account is made
    try:
        response = sign_in_by(client, server, "new", login)
    finally:
        pre_social_login.disconnect(close)
    assert (response.status_code, "Nobody has invited you" in response.text) == (403, True)
    assert not User.objects.filter(email="new@northlight.example").exists()
    assert status(client) == 302


def test_a_newcomer_who_was_invited_comes_in_as_invited(
    client: Client, server: OpenIDServer, login: str, organization: Organization
) -> None:
    InvitationFactory(organization=organization, email="new@northlight.example", role=Role.ADMIN)
    server.know("new", email="new@northlight.example")
    sign_in_by(client, server, "new", login)
    assert Membership.objects.get(user__email="new@northlight.example").role == Role.ADMIN


def test_a_provider_that_is_switched_off_or_removed_opens_nothing_any_more(
    server: OpenIDServer, login: str, member: User, owner: User, organization: Organization
) -> None:
    linked(member, server, login)
    client = Client()
    sign_in_by(client, server, "m", login)
    provider_switch(organization=organization, user=owner, is_enabled=False)
    assert status(client) == 404
    assert client.post(login).status_code == 404
    provider_switch(organization=organization, user=owner, is_enabled=True)
    assert status(client) == 200
    provider_remove(organization=organization, user=owner)
    assert status(client) == 404
    assert not SocialAccount.objects.exists()


def test_the_session_ends_after_twelve_hours(server: OpenIDServer, login: str, member: User) -> None:
    linked(member, server, login)
    client = Client()
    sign_in_by(client, server, "m", login)
    assert client.session.get_expiry_age() <= 12 * 3600


def test_people_find_the_provider_by_their_domain(client: Client, provider: IdentityProvider, stranger: User) -> None:
    found = client.post("/accounts/sso/", {"email": "Anybody@Northlight.example"}, follow=True)
    assert found.redirect_chain[-1][0] == "/sign-in/northlight/"
    assert "Continue with Northlight ID" in found.text
    assert "form-action 'self' http://127.0.0.1" in found["Content-Security-Policy"]
    assert "No organization signs in" in client.post("/accounts/sso/", {"email": stranger.email}).text


def test_an_organization_without_a_provider_has_no_page_to_sign_in(client: Client, organization: Organization) -> None:
    assert status(client, "/sign-in/northlight/") == 404
    assert status(client, "/sign-in/nowhere/") == 404
