"""E-mail domains: named, confirmed by a record in a real DNS or by staff, and each one organization's only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import AuditEntry, EmailDomain, Organization, User
from accounts.sso import domains
from accounts.sso.domains import email_domain_check, email_domain_confirm
from accounts.tests.sso.dns_server import NameServer, name_server
from mino.common.errors import AlreadyExists, InvalidState
from mino.tests.factories import JOINED, OrganizationFactory, add_second_factor

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
SETTINGS = "/o/northlight/settings/sign-in/"


@pytest.fixture
def dns(settings: Settings) -> Iterator[NameServer]:
    """The name server that MINO asks."""
    with name_server() as running:
        settings.NAME_SERVERS = [running.address]
        yield running


@pytest.fixture
def domain(client_for: ClientFor, owner: User) -> EmailDomain:
    """A domain that the owner has just named."""
    client_for(owner).post(f"{SETTINGS}domains/", {"domain": "Northlight.Example"})
    return EmailDomain.objects.get()


def look_up(browser: Client, domain: EmailDomain) -> str:
    return browser.post(f"{SETTINGS}domains/{domain.pk}/check/", follow=True).text


def test_a_domain_is_confirmed_by_its_record(
    client_for: ClientFor, owner: User, domain: EmailDomain, dns: NameServer
) -> None:
    browser = client_for(owner)
    page = browser.get(SETTINGS).text
    assert "_mino-challenge.northlight.example" in page
    assert f"mino-domain={domain.token}" in page
    assert "there is none yet" in look_up(browser, domain)
    dns.texts["_mino-challenge.northlight.example"] = ["v=spf1 -all"]
    assert "v=spf1 -all" in look_up(browser, domain)
    dns.texts["_mino-challenge.northlight.example"].append(f"mino-domain={domain.token}")
    assert "northlight.example is confirmed" in look_up(browser, domain)
    domain.refresh_from_db()
    assert domain.confirmed_at
    assert AuditEntry.objects.filter(event="sso.domain_confirmed", organization=domain.organization).exists()


def test_the_record_of_another_organization_confirms_nothing(domain: EmailDomain, dns: NameServer, owner: User) -> None:
    other = EmailDomain.objects.create(organization=OrganizationFactory(), domain=domain.domain, token="another")
    dns.texts["_mino-challenge.northlight.example"] = [f"mino-domain={other.token}"]
    with pytest.raises(InvalidState):
        email_domain_check(domain=domain, user=owner)


def test_a_domain_is_that_of_one_organization(domain: EmailDomain, dns: NameServer, owner: User) -> None:
    EmailDomain.objects.create(organization=OrganizationFactory(), domain=domain.domain, confirmed_at=JOINED)
    dns.texts["_mino-challenge.northlight.example"] = [f"mino-domain={domain.token}"]
    with pytest.raises(AlreadyExists, match="confirmed for another organization"):
        email_domain_check(domain=domain, user=owner)


def test_a_name_server_that_is_down_is_told_in_words(
    domain: EmailDomain, owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domains, "SECONDS", 0.2)
    settings.NAME_SERVERS = ["127.0.0.1:1"]
    with pytest.raises(InvalidState, match="DNS could not be asked"):
        email_domain_check(domain=domain, user=owner)


def test_staff_confirm_a_domain_in_django_admin(client_for: ClientFor, domain: EmailDomain) -> None:
    staff = client_for(add_second_factor(User.objects.create_superuser("staff@mino.example", "x")))
    chosen = {"action": "confirm", "_selected_action": [str(domain.pk)]}
    assert domain.domain in staff.post("/admin/accounts/emaildomain/", chosen, follow=True).text
    domain.refresh_from_db()
    assert (bool(domain.confirmed_at), domain.confirmed_by_staff) == (True, True)


@pytest.mark.parametrize(
    "text", ["northlight", "127.0.0.1", "a b.example", "-x.example", "ex..ample", "x" * 250 + ".de"]
)
def test_what_is_no_domain_is_refused_at_its_field(client_for: ClientFor, owner: User, text: str) -> None:
    page = client_for(owner).post(f"{SETTINGS}domains/", {"domain": text})
    assert page.context["domain_form"].errors["domain"]
    assert not EmailDomain.objects.exists()


def test_a_domain_is_written_as_dns_writes_it_and_named_once(client_for: ClientFor, owner: User) -> None:
    browser = client_for(owner)
    browser.post(f"{SETTINGS}domains/", {"domain": "ines@Bücher.example"})
    assert EmailDomain.objects.get().domain == "xn--bcher-kva.example"
    assert "in the list already" in browser.post(f"{SETTINGS}domains/", {"domain": "bücher.example"}).text


def test_a_domain_of_another_organization_is_unseen(client_for: ClientFor, owner: User) -> None:
    other = EmailDomain.objects.create(organization=OrganizationFactory(), domain="x.example", token="t")
    for act in ("check", "remove"):
        assert client_for(owner).post(f"{SETTINGS}domains/{other.pk}/{act}/").status_code == 404


def test_a_confirmed_domain_can_be_removed(client_for: ClientFor, owner: User, domain: EmailDomain) -> None:
    email_domain_confirm(domain=domain, user=owner, by_staff=False)
    client_for(owner).post(f"{SETTINGS}domains/{domain.pk}/remove/")
    assert not EmailDomain.objects.exists()


def test_the_page_asks_as_much_for_many_domains_as_for_one(
    client_for: ClientFor, owner: User, organization: Organization
) -> None:
    browser, counts = client_for(owner), []
    for number in range(12):
        EmailDomain.objects.create(organization=organization, domain=f"d{number}.example", token="t")
        if number in (1, 11):
            browser.get(SETTINGS)
            with CaptureQueriesContext(connection) as queries:
                browser.get(SETTINGS)
            counts.append(len(queries))
    assert counts[0] == counts[1]
