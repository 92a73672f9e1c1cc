"""Requests that another site makes a signed-in browser send, and links that lead a person away."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from accounts.models import Organization, User
from mino.tests.api.places import ALL as OPERATIONS
from mino.tests.factories import PASSWORD
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import ALL, undone, url_of
from mino.tests.test_odd_input import filled_in

pytestmark = pytest.mark.django_db
CARRIES_ITS_OWN_PROOF = {"saml_acs"}
"""Another site has to post here: what it posts is signed and answers a request of the same browser."""

REPLACED = {"saml_sls"}
"""Of allauth, behind a page of ours at the same address."""

READ_ONLY = {"metrics", "health_live", "health_ready"}
"""Answered before the middleware, and to GET alone."""

AWAY = ("https://evil.example/", "/\\evil.example", "//evil.example", "\\\\evil.example", "javascript:alert(1)")


def deceived(user: User) -> Client:
    """A signed-in browser, whose requests come from a page of another site."""
    browser = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_no_page_takes_what_another_site_posts(subjects: Subjects, owner: User) -> None:
    browser = deceived(owner)
    taken = [
        address.name
        for address in ALL
        if address.name not in READ_ONLY and browser.post(url_of(address, subjects)).status_code != 403
    ]
    assert taken == []


def test_only_the_answers_of_identity_providers_are_taken_without_a_token() -> None:
    exempt = {name for name, route in _without_token(get_resolver()) if not route.startswith("api/")}
    assert exempt - REPLACED == CARRIES_ITS_OWN_PROOF
    for name in REPLACED:
        assert not getattr(resolve(reverse(name, args=["sso"])).func, "csrf_exempt", False)


def _without_token(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _without_token(entry, route)
        elif isinstance(entry, URLPattern) and getattr(entry.callback, "csrf_exempt", False):
            yield entry.name or route, route


def test_the_api_takes_a_sign_in_only_with_a_token(subjects: Subjects, owner: User, organization: Organization) -> None:
    browser = deceived(owner)
    headers = {"X-Mino-Organization": organization.slug}
    taken = [
        place.operation.name
        for place in OPERATIONS
        if place.method != "GET"
        and browser.generic(place.method, place.url(subjects), headers=headers).status_code != 403
    ]
    assert taken == []


def test_no_page_leads_away(subjects: Subjects, owner: User) -> None:
    browser = Client()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    for address in ALL:
        url = url_of(address, subjects)
        fields = filled_in(browser.get(url))
        for away in AWAY[:2]:
            wanted = {"next": away, "url": away, "return_to": away}
            for answer in (_undone(browser, "get", url, wanted), _undone(browser, "post", url, {**fields, **wanted})):
                assert not _leads_away(answer), f"{url} with {away}: {answer}"


def _leads_away(answer: str) -> bool:
    """Whether an address, or one that it names to go on to, is another site's."""
    parts = urlsplit(answer)
    further = [value for _, value in parse_qsl(parts.query)]
    return any("evil.example" in urlsplit(one.replace("\\", "/")).netloc for one in (answer, *further))


def _undone(browser: Client, method: str, url: str, data: dict[str, str]) -> str:
    """Where the answer leads, by the header or by htmx."""
    with undone():
        answer = getattr(browser, method)(url, data)
    return str(answer.get("Location") or answer.get("HX-Redirect") or "")


@pytest.mark.parametrize("away", AWAY)
def test_signing_in_leads_nowhere_else(client: Client, owner: User, away: str) -> None:
    answer = client.post(f"/accounts/login/?next={away}", {"login": owner.email, "password": PASSWORD, "next": away})
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "evil.example:80"]
)
def test_another_host_is_refused_and_believed_nowhere(client: Client, owner: User, host: str) -> None:
    assert client.get("/accounts/login/", headers={"Host": host}).status_code == 400
    forwarded = client.post("/accounts/password/reset/", {"email": owner.email}, headers={"X-Forwarded-Host": host})
    assert "evil.example" not in forwarded.get("Location", "")


def test_a_mail_names_the_installations_own_address(client: Client, owner: User, mailoutbox: list[object]) -> None:
    client.post("/accounts/password/reset/", {"email": owner.email}, headers={"X-Forwarded-Host": "evil.example"})
    assert mailoutbox
    assert all("evil.example" not in str(getattr(mail, "body", "")) for mail in mailoutbox)
