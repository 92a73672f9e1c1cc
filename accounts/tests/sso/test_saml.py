"""SAML against a real identity provider: what a response must be to open anything."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import xmlsec
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from accounts.models import EmailDomain, IdentityProvider, Organization, User
from accounts.sso.refreshing import metadata_refresh
from accounts.tests.signing_in.openid_server import agree
from accounts.tests.sso.saml_server import ASSERTION, Key, SamlServer, answer_of, bring_back, saml_server
from mino.sign_in_providers import saml_metadata
from mino.tests.factories import JOINED, OrganizationFactory

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
HOME = "/o/northlight/projects/"
CONNECT = "/o/northlight/settings/sign-in/saml/"


def browser() -> Client:
    """A browser, which says the host that it asks as real ones do."""
    return Client(headers={"host": "testserver"})


@pytest.fixture
def client() -> Client:
    """One of those."""
    return browser()


@pytest.fixture(scope="module")
def _running() -> Iterator[SamlServer]:
    with saml_server() as running:
        running.trust("")
        yield running


@pytest.fixture
def idp(_running: SamlServer, settings: Settings) -> SamlServer:
    """An identity provider that tells the truth, in a network that the operator allowed."""
    _running.forget()
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.MINO_ALLOWED_PORTS = [_running.port]
    return _running


@pytest.fixture
def base(idp: SamlServer, organization: Organization, owner: User, member: User, client_for: ClientFor) -> str:
    """Where MINO's side of SAML lies; the provider is connected, and `member` is linked with the person m."""
    form = {"name": "Northlight ID", "metadata_url": f"{idp.url}/metadata", "joins_as": ""}
    assert client_for(owner).post(CONNECT, form).status_code == 302
    EmailDomain.objects.create(organization=organization, domain="northlight.example", confirmed_at=JOINED)
    SocialAccount.objects.create(user=member, provider=str(organization.pk), uid="m")
    where = f"/accounts/saml/{organization.pk}/"
    idp.trust(browser().get(f"{where}metadata/").text)
    idp.who("m", member.email)
    return where


def sign_in(client: Client, base: str) -> Any:
    return bring_back(client, f"{base}acs/", answer_of(client, f"{base}login/"))


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def test_a_member_signs_in_to_this_organization_only(client: Client, idp: SamlServer, base: str, member: User) -> None:
    OrganizationFactory(slug="elsewhere").memberships.create(user=member, role="owner")
    sign_in(client, base)
    assert is_in(client)
    assert client.get("/o/elsewhere/projects/").status_code == 404
    assert client.get("/profile/").status_code == 403


def test_a_newcomer_gets_their_name_and_address(client: Client, idp: SamlServer, base: str) -> None:
    IdentityProvider.objects.update(joins_as="viewer")
    idp.who("new", "new@northlight.example", givenName="Nora", sn="New")
    sign_in(client, base)
    user = User.objects.get(email="new@northlight.example")
    assert user.name == "Nora New"
    agree(client)
    assert is_in(client)


def test_an_assertion_with_somebody_elses_address_opens_no_account(
    client: Client, idp: SamlServer, base: str, stranger: User, owner: User
) -> None:
    idp.who("thief", stranger.email)
    assert sign_in(client, base).status_code == 403
    idp.who("thief", owner.email)
    assert sign_in(client, base)["Location"] == "/accounts/sso/confirm/"
    assert client.get("/profile/").status_code == 302
    assert SocialAccount.objects.count() == 1


def moment(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def with_text(path: str, text: str) -> Callable[[Any], None]:
    def change(tree: Any) -> None:
        tree.find(f".//{{*}}{path}").text = text

    return change


def with_attribute(path: str, name: str, value: str) -> Callable[[Any], None]:
    def change(tree: Any) -> None:
        for node in [tree, *tree.iter()] if path == "*" else tree.findall(f".//{{*}}{path}"):
            if node.get(name) is not None:
                node.set(name, value)

    return change


@pytest.mark.parametrize(
    "change",
    [
        with_text("Audience", "https://another.example/metadata"),
        with_text("Assertion/{*}Issuer", "https://evil.example"),
        with_attribute("Conditions", "NotOnOrAfter", moment(-600)),
        with_attribute("Conditions", "NotBefore", moment(86_400)),
        with_attribute("SubjectConfirmationData", "NotOnOrAfter", moment(-600)),
        with_attribute("SubjectConfirmationData", "Recipient", "https://another.example/acs"),
        with_attribute("*", "Destination", "https://another.example/acs"),
        with_attribute("*", "InResponseTo", "ONELOGIN_somebody-elses-request"),
        with_attribute("StatusCode", "Value", "urn:oasis:names:tc:SAML:2.0:status:Requester"),
    ],
    ids=["audience", "issuer", "expired", "early", "late", "recipient", "destination", "request", "status"],
)
def test_a_response_that_is_not_for_this_sign_in_opens_nothing(
    client: Client, idp: SamlServer, base: str, change: Callable[[Any], None]
) -> None:
    idp.change = change
    sign_in(client, base)
    assert not is_in(client)
    idp.change = None
    sign_in(client, base)
    assert is_in(client)


def test_an_assertion_without_a_signature_opens_nothing(client: Client, idp: SamlServer, base: str) -> None:
    idp.signing = None
    sign_in(client, base)
    assert not is_in(client)


def test_an_assertion_signed_by_another_key_opens_nothing(client: Client, idp: SamlServer, base: str) -> None:
    idp.signing = idp.next_key
    sign_in(client, base)
    assert not is_in(client)


def test_a_signature_by_sha1_opens_nothing(client: Client, idp: SamlServer, base: str) -> None:
    idp.algorithm = xmlsec.constants.TransformRsaSha1
    sign_in(client, base)
    assert not is_in(client)


def test_an_assertion_changed_after_it_was_signed_opens_nothing(
    client: Client, idp: SamlServer, base: str, owner: User
) -> None:
    SocialAccount.objects.create(user=owner, provider=base.split("/")[3], uid="owner")
    idp.spoil = with_text("NameID", "owner")
    sign_in(client, base)
    assert not is_in(client)


def wrap(tree: Any) -> None:
    """Put a forged assertion where the signed one was, and hide that one behind it (signature wrapping)."""
    signed = tree.find(ASSERTION)
    forged = copy.deepcopy(signed)
    forged.set("ID", "_forged")
    forged.remove(forged.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    forged.find(".//{*}NameID").text = "owner"
    tree.insert(tree.index(signed), forged)


def test_a_forged_assertion_beside_a_signed_one_opens_nothing(
    client: Client, idp: SamlServer, base: str, owner: User
) -> None:
    SocialAccount.objects.create(user=owner, provider=base.split("/")[3], uid="owner")
    idp.spoil = wrap
    sign_in(client, base)
    assert not is_in(client)


def test_a_response_is_good_once_and_only_in_the_browser_that_asked(client: Client, idp: SamlServer, base: str) -> None:
    form = answer_of(client, f"{base}login/")
    thief = browser()
    bring_back(thief, f"{base}acs/", form)
    assert not is_in(thief)
    bring_back(client, f"{base}acs/", form)
    assert is_in(client)
    client.logout()
    bring_back(client, f"{base}acs/", form)
    assert not is_in(client)


def test_a_response_that_nobody_asked_for_opens_nothing(client: Client, idp: SamlServer, base: str) -> None:
    def unasked(tree: Any) -> None:
        for node in tree.iter():
            node.attrib.pop("InResponseTo", None)

    idp.change = unasked
    sign_in(client, base)
    assert not is_in(client)


@pytest.mark.parametrize(
    "sent", ["", "not base64", base64.b64encode(b"<a").decode(), base64.b64encode(b"<a/>").decode()]
)
def test_what_is_no_response_is_told_in_words(client: Client, idp: SamlServer, base: str, sent: str) -> None:
    assert "That did not work" in bring_back(client, f"{base}acs/", {"SAMLResponse": sent}).text


def test_two_providers_that_know_the_same_person_by_name_do_not_mix(
    client: Client, idp: SamlServer, base: str, stranger: User, client_for: ClientFor
) -> None:
    form = {"name": "Other", "metadata_url": f"{idp.url}/metadata", "joins_as": ""}
    client_for(stranger).post(CONNECT.replace("northlight", "elsewhere"), form)
    elsewhere = IdentityProvider.objects.get(organization__slug="elsewhere")
    theirs = f"/accounts/saml/{elsewhere.organization_id}/"
    mine = answer_of(client, f"{base}login/")
    bring_back(client, f"{theirs}acs/", mine)
    assert not is_in(client)
    idp.trust(client.get(f"{theirs}metadata/").text)
    sign_in(client, theirs)
    assert not is_in(client)


def test_the_certificate_of_before_and_the_new_one_are_both_good(
    client: Client, idp: SamlServer, base: str, owner: User, client_for: ClientFor
) -> None:
    found = saml_metadata(idp.metadata(idp.next_key).encode())
    assert len(found["certificates"]) == 2
    form = {"name": "ID", "metadata": idp.metadata(idp.next_key), "metadata_url": "", "joins_as": ""}
    assert client_for(owner).post(CONNECT, form).status_code == 302
    assert SocialAccount.objects.exists()
    for key, expected in ((idp.key, True), (idp.next_key, True), (Key(), False)):
        other = browser()
        idp.signing = key
        sign_in(other, base)
        assert is_in(other) is expected


def test_a_new_certificate_is_known_a_day_later_and_a_provider_that_is_down_loses_nothing(
    client: Client, idp: SamlServer, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert metadata_refresh() == 0
    text = idp.metadata(idp.next_key)
    monkeypatch.setattr(idp, "metadata", lambda: text.replace("/metadata", "/of-somebody-else"))
    assert metadata_refresh() == 0
    monkeypatch.setattr(idp, "metadata", lambda: "Down for maintenance")
    assert metadata_refresh() == 0
    monkeypatch.setattr(idp, "metadata", lambda: text)
    assert metadata_refresh() == 1
    idp.signing = idp.next_key
    sign_in(client, base)
    assert is_in(client)


def test_metadata_in_the_house_are_not_fetched(
    idp: SamlServer, owner: User, client_for: ClientFor, settings: Settings
) -> None:
    settings.MINO_ALLOWED_NETWORKS = []
    for url in (f"{idp.url}/metadata", f"{idp.url}/metadata".replace("http:", "https:"), "file:///etc/passwd"):
        page = client_for(owner).post(CONNECT, {"name": "ID", "metadata_url": url, "joins_as": ""})
        assert page.context["form"].errors["metadata_url"]
    assert idp.asked == []
    assert not IdentityProvider.objects.exists()


@pytest.mark.parametrize(
    "text", ["<a/>", "no xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "<a>" * 100_000]
)
def test_what_are_no_metadata_is_told_at_the_field(
    idp: SamlServer, owner: User, client_for: ClientFor, text: str
) -> None:
    page = client_for(owner).post(CONNECT, {"name": "ID", "metadata": text, "joins_as": ""})
    assert page.context["form"].errors["metadata"]


def test_the_installation_offers_its_own_provider_by_a_file_of_metadata(
    client: Client, idp: SamlServer, settings: Settings
) -> None:
    found = saml_metadata(idp.metadata().encode())
    app = {"name": "House ID", "client_id": "sso", "provider_id": "saml", "settings": {"metadata": found}}
    settings.SOCIALACCOUNT_PROVIDERS = {"saml": {"APPS": [app]}}
    idp.trust(client.get("/accounts/saml/sso/metadata/").text)
    idp.who("ines", "ines@northlight.example", displayName="Ines Marrow")
    assert "Continue with House ID" in client.get("/accounts/login/").text
    sign_in(client, "/accounts/saml/sso/")
    agree(client)
    assert client.get("/profile/").context["user"].name == "Ines Marrow"


def test_a_person_without_a_usable_name_is_refused(client: Client, idp: SamlServer, base: str) -> None:
    for uid in ("", "x" * 200):
        idp.change = with_text("NameID", uid)
        assert sign_in(client, base).status_code == 401


def test_entities_in_a_response_are_not_read(client: Client, idp: SamlServer, base: str) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    answer = bring_back(client, f"{base}acs/", {"SAMLResponse": base64.b64encode(bomb).decode()})
    assert "root:" not in answer.text
    assert answer.status_code == 401
