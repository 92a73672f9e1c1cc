"""What an organization asks of those who sign in, and what holds at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, IdentityProvider, Organization, User
from accounts.tests.signing_in.openid_server import OpenIDServer, sign_in_by
from accounts.tests.sso.test_signing_in import by_password, linked
from mino.tests.factories import GuestFactory, add_second_factor, code_of_app

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
HOME = "/o/northlight/projects/"
RULES = "/o/northlight/settings/sign-in/rules/"
GATE = "/sign-in/northlight/?next=%2Fo%2Fnorthlight%2Fprojects%2F"
BOTH = {"requires_second_factor": "on", "requires_own_sign_in": "on"}


@pytest.fixture
def login(provider: IdentityProvider) -> str:
    """Where the button leads."""
    return f"/accounts/oidc/{provider.organization_id}/login/"


def set_rules(owner: User, **rules: str) -> None:
    """Have the owner set the rules on the page."""
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(RULES, rules).status_code == 302


def test_members_without_a_second_factor_are_led_to_set_one_up(
    client_for: ClientFor, owner: User, member: User, organization: Organization
) -> None:
    browser = client_for(member)
    add_second_factor(owner)
    set_rules(owner, requires_second_factor="on")
    assert browser.get(HOME)["Location"] == GATE
    page = browser.get(GATE).text
    assert "everybody for a second factor" in page
    assert "/profile/security/" in page
    assert browser.post("/o/northlight/projects/new/", {"name": "X"}).status_code == 403
    assert browser.get(HOME, headers={"HX-Request": "true"}).status_code == 403
    assert browser.get("/")["Location"] == "/o/northlight/"
    add_second_factor(member)
    assert browser.get(HOME).status_code == 200
    assert browser.get(GATE)["Location"] == HOME


def test_a_guest_needs_the_second_factor_too_but_not_the_provider(
    client_for: ClientFor, stranger: User, organization: Organization
) -> None:
    GuestFactory(organization=organization, user=stranger)
    Organization.objects.filter(pk=organization.pk).update(requires_own_sign_in=True)
    assert Organization.objects.visible_to(_in_session(stranger)).filter(pk=organization.pk).exists()
    Organization.objects.filter(pk=organization.pk).update(requires_second_factor=True)
    assert not Organization.objects.visible_to(_in_session(stranger)).filter(pk=organization.pk).exists()


def _in_session(user: User) -> User:
    from accounts.signing_in.scope import SessionScope

    user.session_scope = SessionScope()
    return user


def test_an_owner_asks_nobody_for_what_they_lack_themselves(
    client_for: ClientFor, owner: User, organization: Organization
) -> None:
    page = client_for(owner).post(RULES, {"requires_second_factor": "on"})
    assert "Set up a second factor for yourself first" in page.text
    organization.refresh_from_db()
    assert not organization.requires_second_factor


def test_a_provider_is_required_only_once_it_works_and_the_owner_has_another_way_in(
    client_for: ClientFor, owner: User, provider: IdentityProvider, organization: Organization
) -> None:
    browser = client_for(owner)
    assert "sign in by it once" in browser.post(RULES, {"requires_own_sign_in": "on"}).text
    IdentityProvider.objects.update(last_sign_in_at=timezone.now())
    assert "with it you come in when the provider" in browser.post(RULES, {"requires_own_sign_in": "on"}).text
    add_second_factor(owner)
    assert browser.post(RULES, {"requires_own_sign_in": "on"}).status_code == 302
    assert AuditEntry.objects.filter(event="sso.requirement_changed", organization=organization).count() == 1


def test_a_required_provider_keeps_the_password_out_and_lets_its_own_in(
    server: OpenIDServer, login: str, owner: User, member: User
) -> None:
    linked(member, server, login)
    browser = by_password(member)
    assert browser.get(HOME).status_code == 200
    add_second_factor(owner)
    set_rules(owner, **BOTH)
    assert browser.get(HOME)["Location"] == GATE
    assert "Continue with Northlight ID" in browser.get(GATE).text
    assert by_password(member).get(HOME)["Location"] == GATE
    only = Client()
    sign_in_by(only, server, "m", login)
    assert only.get(HOME).status_code == 200


def test_who_is_signed_in_by_password_adds_the_provider_and_keeps_the_rest(
    server: OpenIDServer, login: str, owner: User, member: User
) -> None:
    linked(member, server, login)
    add_second_factor(owner)
    set_rules(owner, requires_own_sign_in="on")
    browser = by_password(member)
    back = sign_in_by(browser, server, "m", f"{login}?next={HOME}")
    assert back["Location"] == HOME
    assert browser.get(HOME).status_code == 200
    assert browser.get("/profile/security/").status_code == 200


def test_an_owner_comes_in_with_password_and_second_factor_when_the_provider_is_down(
    server: OpenIDServer, login: str, owner: User, member: User
) -> None:
    linked(member, server, login)
    add_second_factor(owner)
    set_rules(owner, requires_own_sign_in="on")
    server.config = {"token_endpoint": None}
    assert "That did not work" in by_password(member).post(login).text
    browser = by_password(owner)
    browser.post("/accounts/2fa/authenticate/", {"code": code_of_app()})
    assert browser.get(HOME).status_code == 200
    assert browser.post(RULES, {}).status_code == 302
    assert by_password(member).get(HOME).status_code == 200


def test_an_owner_without_a_second_factor_is_led_to_set_one_up(
    server: OpenIDServer, login: str, owner: User, member: User, organization: Organization
) -> None:
    linked(member, server, login)
    Organization.objects.filter(pk=organization.pk).update(requires_own_sign_in=True)
    browser = by_password(owner)
    assert browser.get(HOME)["Location"] == GATE
    page = browser.get(GATE).text
    assert "You own it: with a second factor you also come in" in page
    assert "Continue with Northlight ID" in page


def test_switching_the_provider_off_asks_for_it_no_more(
    server: OpenIDServer, login: str, owner: User, member: User, organization: Organization
) -> None:
    linked(member, server, login)
    add_second_factor(owner)
    set_rules(owner, requires_own_sign_in="on")
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/o/northlight/settings/sign-in/provider/switch/", {"is_enabled": "false"})
    organization.refresh_from_db()
    assert not organization.requires_own_sign_in
    assert by_password(member).get(HOME).status_code == 200
