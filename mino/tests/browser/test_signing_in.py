"""Second factors in a real browser: a passkey is added and opens the account alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import EmailDomain, Organization, User
from accounts.tests.signing_in.openid_server import openid_server
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import JOINED, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_failures_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def plug_in_key(page: Page) -> None:
    """Give the browser a key that knows its owner and always agrees."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    proved = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **proved}})


def test_a_passkey_is_added_and_opens_the_account_alone(page: Page, organization: Organization, owner: User) -> None:
    plug_in_key(page)
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).not_to_have_url(re.compile("/login/"))
    page.goto(reverse("security"))
    page.get_by_role("link", name="Add").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    assert_looks_right(page, "passkey-add")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert_looks_right(page, "recovery-codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My laptop")).to_be_visible()
    assert_looks_right(page, "security")
    page.context.clear_cookies()
    page.goto(reverse("account_login"))
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_an_owner_connects_a_provider_and_signs_in_by_it(
    page: Page, complaints: Complaints, organization: Organization, owner: User, sign_in: SignIn, settings: Settings
) -> None:
    """Also that the page's policy lets its form lead to the provider, which the policy of all pages does not name."""
    for expected in ("favicon", "picocss", "status of 403"):  # what the provider lacks, and the page that is closed
        complaints.expect(expected)
    EmailDomain.objects.create(organization=organization, domain="northlight.example", confirmed_at=JOINED)
    sign_in(owner)
    with openid_server() as provider:
        settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.MINO_ALLOWED_PORTS = [provider.port]
        provider.know("o", email=owner.email, name=owner.name)
        page.goto(reverse("sign_in_settings", args=[organization.slug]))
        page.get_by_role("link", name="Connect OpenID Connect").click()
        page.get_by_label("Name", exact=True).fill("Northlight ID")
        page.get_by_label("Issuer").fill(provider.url)
        page.get_by_label("Client ID").fill("mino")
        page.get_by_label("Client secret").fill("s3cret")
        assert_looks_right(page, "provider-connect")
        page.get_by_role("button", name="Connect").click()
        assert_looks_right(page, "sign-in-settings")
        page.get_by_role("button", name="Try it").click()
        page.get_by_placeholder("sub").fill("o")
        page.get_by_role("button", name="Authorize").click()
        assert_looks_right(page, "provider-confirm")
        page.get_by_role("button", name="Connect Northlight ID").click()
        expect(page.get_by_role("heading", name="Your own provider")).to_be_visible()
        page.context.clear_cookies()
        page.goto(reverse("organization_sign_in", args=[organization.slug]))
        assert_looks_right(page, "organization-sign-in")
        page.get_by_role("button", name="Continue with Northlight ID").click()
        page.get_by_placeholder("sub").fill("o")
        page.get_by_role("button", name="Authorize", exact=True).click()
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        page.goto(reverse("profile"))
        expect(page.get_by_role("heading", name="This sign-in opens Northlight Retail only")).to_be_visible()
        assert_looks_right(page, "account-closed")
