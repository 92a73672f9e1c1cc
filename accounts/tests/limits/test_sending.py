"""Forms that are sent too often."""

from __future__ import annotations

import logging
import socket
import uuid
from collections.abc import Callable, Sequence

import pytest
from django.conf import settings as configured
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import Settings

from accounts.limits import sending
from accounts.limits.sending import LIMITS, OPERATIONS, Limit
from accounts.models import Organization, User
from mino.tests.api.asking import browser, code_of, program
from mino.tests.api.places import ALL
from mino.tests.factories import PASSWORD, OrganizationFactory

WEBHOOK = {"url": "https://hooks.example.com/mino", "events": ["execution.completed"]}
SIGN_IN, RESET = "/accounts/login/", "/accounts/password/reset/"


@pytest.fixture(autouse=True)
def counting(settings: Settings) -> None:
    """Limits are kept, and begin empty."""
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMIT_CACHE_PREFIX = f"test-{uuid.uuid4()}:"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of everything."""
    twice = {name: tuple(Limit(one.key, "2/h") for one in limits) for name, limits in LIMITS.items()}
    monkeypatch.setattr(sending, "LIMITS", twice)


def post(client: Client, path: str, values: dict[str, str] | None = None, address: str = "192.0.2.7") -> int:
    return client.post(path, values or {}, REMOTE_ADDR=address).status_code


def names(patterns: Sequence[object]) -> set[str]:
    found: set[str] = set()
    for one in patterns:
        found |= names(one.url_patterns) if hasattr(one, "url_patterns") else {getattr(one, "name", "")}
    return found


def test_each_limit_is_about_an_address_that_there_is() -> None:
    assert set(LIMITS) <= names(get_resolver().url_patterns)


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("path", [SIGN_IN, "/accounts/signup/", RESET])
def test_the_third_post_from_an_address_is_one_too_many(client: Client, path: str) -> None:
    assert [post(client, path) for _ in range(2)] == [200, 200]
    answer = client.post(path, REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "That was too often" in answer.content.decode()
    assert client.get(path, REMOTE_ADDR="192.0.2.7").status_code == 200, "Looking is free."
    assert post(client, path, address="192.0.2.8") == 200
    assert post(client, path, address="2001:db8::1") == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_a_neighbour_in_the_same_network_of_the_new_protocol_is_the_same(client: Client) -> None:
    statuses = [post(client, SIGN_IN, address=f"2001:db8::{number}") for number in range(1, 4)]
    assert statuses == [200, 200, 429]


@pytest.mark.usefixtures("few")
def test_mails_to_one_address_are_bounded_wherever_they_are_asked_from(client: Client, owner: User) -> None:
    statuses = [
        post(client, RESET, {"email": email}, address=f"198.51.100.{number}")
        for number, email in enumerate([owner.email, owner.email.upper(), f" {owner.email} "])
    ]
    assert statuses == [302, 302, 429]
    assert len(mail.outbox) == 2
    assert post(client, RESET, {"email": "nobody@northlight.example"}, address="198.51.100.9") == 302


@pytest.mark.usefixtures("few")
def test_new_organizations_are_counted_by_person_and_requests_by_organization(
    owner: User, member: User, organization: Organization, client_for: Callable[[User], Client]
) -> None:
    clients = [client_for(owner), client_for(member)]
    statuses = [
        post(clients[0], "/organizations/new/", {"name": f"Shop {number}"}, address=f"203.0.113.{number}")
        for number in range(3)
    ]
    assert statuses == [302, 302, 429]
    assert post(clients[1], "/organizations/new/", {"name": "Another"}) == 302
    plan = f"/o/{organization.slug}/settings/usage/plan/"
    assert [post(clients[0], plan, {"plan": "nonsense"}) for _ in range(3)] == [422, 422, 429]


def test_each_operation_that_is_limited_is_one_and_has_a_limit() -> None:
    operations = {one.operation.name for one in ALL}
    assert set(OPERATIONS) <= operations
    assert set(OPERATIONS.values()) <= set(LIMITS)
    assert operations & set(LIMITS) <= set(OPERATIONS)


@pytest.mark.usefixtures("few")
def test_pages_and_the_api_count_together_for_an_organization(
    organization: Organization, admin: User, client_for: Callable[[User], Client]
) -> None:
    api = program(organization)
    webhook = api("POST", "webhooks", WEBHOOK).json()["id"]
    form, path = reverse("webhook_test", args=["northlight", webhook]), f"webhooks/{webhook}/test"
    first = api("POST", path, {}, Idempotency_Key="a")
    assert (first.status_code, post(client_for(admin), form)) == (201, 302)
    for asker in (api, browser(admin, organization)):
        refused = asker("POST", path, {}, Idempotency_Key="b")
        assert (refused.status_code, code_of(refused)) == (429, "RATE_LIMIT_EXCEEDED")
        assert 0 < int(refused["Retry-After"]) <= 3600
        assert (refused.json()["limits"]["current"], refused.json()["limits"]["maximum"]) == (2, 2)
    assert post(client_for(admin), form) == 429
    assert api("POST", path, {}, Idempotency_Key="a").content == first.content, "what is repeated is not done"
    assert api("GET", f"webhooks/{webhook}/deliveries").status_code == 200
    other = OrganizationFactory()
    elsewhere = program(other)
    theirs = elsewhere("POST", "webhooks", WEBHOOK).json()["id"]
    assert elsewhere("POST", f"webhooks/{theirs}/test", {}).status_code == 201


@pytest.mark.usefixtures("few")
def test_sending_again_is_limited_for_programs_too(organization: Organization) -> None:
    api = program(organization)
    webhook = api("POST", "webhooks", WEBHOOK).json()["id"]
    delivery = api("POST", f"webhooks/{webhook}/test", {}).json()["id"]
    for path in (f"deliveries/{delivery}/redeliver", "redeliver-failed"):
        statuses = [api("POST", f"webhooks/{webhook}/{path}").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]


@pytest.mark.usefixtures("few")
def test_invitations_are_limited_over_the_api_too(organization: Organization, admin: User) -> None:
    asker = browser(admin, organization)
    bodies = [{"emails": [f"p{number}@x.example"], "role": "member"} for number in range(3)]
    answers = [asker("POST", "invitations", body) for body in bodies]
    assert [one.status_code for one in answers] == [201, 201, 429]
    path = f"invitations/{answers[0].json()['data'][0]['id']}/resend"
    again = asker("POST", path).json()["id"]
    statuses = [asker("POST", f"invitations/{again}/resend").status_code for _ in range(2)]
    assert statuses == [201, 429]


@pytest.mark.usefixtures("few")
def test_while_the_cache_is_away_people_sign_in_and_the_log_says_so(
    client: Client, owner: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
    settings.CACHES = {"default": {"BACKEND": "mino.common.cache.ForgivingRedisCache", "LOCATION": nowhere}}
    with caplog.at_level(logging.WARNING):
        statuses = [post(client, SIGN_IN, {"login": owner.email, "password": PASSWORD}) for _ in range(4)]
    assert 429 not in statuses
    assert "The cache could not be reached" in caplog.text


def test_the_limits_of_allauth_show_the_same_page(client: Client, owner: User, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    values = {"login": owner.email, "password": "wrong"}
    answers = [client.post(SIGN_IN, values, REMOTE_ADDR="192.0.2.99") for _ in range(2)]
    assert answers[-1].status_code == 429
    assert "Wait a few minutes" in answers[-1].content.decode()


def test_the_checks_complain_only_of_a_cache_that_is_not_shared_where_it_should_be() -> None:
    silenced = "django_ratelimit.E003" in configured.SILENCED_SYSTEM_CHECKS
    assert silenced == (not configured.REDIS_URL)
    assert not [one for one in run_checks(tags=["caches"]) if not one.is_silenced()]
