"""Nobody uses MINO without having agreed to the texts in force, and what was agreed to is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import AuditEntry, Consent, LegalKind, LegalText, User
from accounts.privacy.cookies import COOKIES, STORAGE
from accounts.privacy.texts import current_versions, legal_text_publish, versions
from mino.common.errors import InvalidInput
from mino.tests.api.asking import browser
from mino.tests.factories import UserFactory, add_second_factor

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    versions.forget()


def publish(django_capture_on_commit_callbacks: Any, kind: str = LegalKind.TERMS, text: str = "Be kind.") -> LegalText:
    """Publish a new version."""
    with django_capture_on_commit_callbacks(execute=True):
        return legal_text_publish(kind=kind, text=text, change="Shorter", user=None)


@pytest.fixture
def newer(django_capture_on_commit_callbacks: Any) -> LegalText:
    """The second version of the terms."""
    current_versions()
    return publish(django_capture_on_commit_callbacks)


def test_who_signs_up_agrees_to_both_texts(client: Client) -> None:
    details = {"name": "Ines", "email": "ines@northlight.example", "password1": "a long enough one"}
    refused = client.post("/accounts/signup/", details)
    assert refused.context["form"].errors["agreed"]
    assert not User.objects.exists()
    client.post("/accounts/signup/", {**details, "agreed": "on"}, headers={"User-Agent": "Testing 1"})
    user = User.objects.get()
    assert (user.terms_version, user.privacy_version) == (1, 1)
    given = Consent.objects.filter(user=user)
    assert {one.legal_text.kind for one in given} == {"terms", "privacy"}
    assert {(one.address, one.user_agent) for one in given} == {("127.0.0.1", "Testing 1")}
    assert AuditEntry.objects.filter(event="consent.given").count() == 2


def test_a_newer_text_is_asked_about_once_and_leads_back(newer: LegalText, member: User, client_for: ClientFor) -> None:
    client = client_for(member)
    response = client.get("/profile/?tab=1")
    assert response["Location"] == "/consent/?next=%2Fprofile%2F%3Ftab%3D1"
    page = client.get(response["Location"])
    assert b"Be kind." in page.content
    assert b"Shorter" in page.content
    answer = {"texts": page.context["form"]["texts"].value(), "agreed": "on", "next": "/profile/?tab=1"}
    assert client.post("/consent/", answer)["Location"] == "/profile/?tab=1"
    assert client.get("/profile/").status_code == 200
    assert Consent.objects.get(user=member).legal_text == newer


def test_agreeing_without_the_tick_or_to_an_older_text_is_nothing(
    newer: LegalText, member: User, client_for: ClientFor, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_for(member)
    shown = client.get("/consent/").context["form"]["texts"].value()
    client.post("/consent/", {"texts": shown})
    publish(django_capture_on_commit_callbacks, text="Be very kind.")
    page = client.post("/consent/", {"texts": shown, "agreed": "on"})
    assert b"Be very kind." in page.content
    assert not Consent.objects.filter(user=member).exists()


def test_a_form_sent_meanwhile_does_nothing(newer: LegalText, member: User, client_for: ClientFor) -> None:
    response = client_for(member).post("/organizations/new/", {"name": "Quick", "slug": "quick"})
    assert response["Location"] == "/consent/"
    assert not member.memberships.filter(organization__slug="quick").exists()


def test_live_parts_are_led_there_too(newer: LegalText, member: User, client_for: ClientFor) -> None:
    response = client_for(member).get("/o/northlight/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (204, "/consent/")


def test_programs_and_the_way_out_are_not_asked(newer: LegalText, member: User, client_for: ClientFor) -> None:
    assert browser(member)("GET", "projects").status_code == 200
    client = client_for(member)
    assert client.get("/legal/terms/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302


@pytest.mark.parametrize(
    "following", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_led_elsewhere(newer: LegalText, member: User, client_for: ClientFor, following: str) -> None:
    client = client_for(member)
    shown = client.get("/consent/").context["form"]["texts"].value()
    answer = client.post("/consent/", {"texts": shown, "agreed": "on", "next": following})
    assert answer["Location"] == "/"


def test_asking_costs_no_query(
    member: User, client_for: ClientFor, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_for(member)
    client.get("/profile/")
    with django_assert_max_num_queries(30) as first:
        client.get("/profile/")
    assert not [query for query in first.captured_queries if "legal" in query["sql"]]


def test_what_was_published_stays(newer: LegalText, client_for: ClientFor) -> None:
    with pytest.raises(InvalidInput, match="text of version 2"):
        legal_text_publish(kind="terms", text=newer.text, change="", user=None)
    staff = add_second_factor(UserFactory(is_staff=True, is_superuser=True))
    client = client_for(staff)
    where = f"/admin/accounts/legaltext/{newer.pk}/change/"
    assert client.post(where, {"kind": "terms", "text": "Other"}).status_code == 403
    same = client.post("/admin/accounts/legaltext/add/", {"kind": "terms", "text": newer.text, "change": ""})
    assert same.context["adminform"].form.errors["text"] == ["This is the text of version 2. Change something first."]
    client.post("/admin/accounts/legaltext/add/", {"kind": "privacy", "text": "New.", "change": "All new"})
    assert LegalText.objects.get(kind="privacy", version=2).text == "New."


def test_earlier_versions_can_be_read(newer: LegalText, client: Client) -> None:
    assert b"Be kind." in client.get("/legal/terms/").content
    assert b"What this is" in client.get("/legal/terms/?version=1").content
    assert client.get("/legal/terms/?version=9").status_code == 404
    assert client.get("/legal/manners/").status_code == 404


def test_the_cookie_page_tells_the_truth(client: Client) -> None:
    page = client.get("/legal/cookies/").content.decode()
    root = Path(settings.BASE_DIR)
    scripts = "\n".join(path.read_text() for path in (root / "static" / "js").rglob("*.js"))
    kept = set(re.findall(r"[`\"'](mino[.-][a-z-]+)", scripts))
    assert kept <= {one.name.rstrip(".…") for one in STORAGE}
    assert set(re.findall(r"document\.cookie = `(\w+)=", scripts)) <= {one.name for one in COOKIES}
    packages = ("accounts", "analytics", "executions", "mino", "projects", "webhooks")
    code = "\n".join(
        path.read_text() for name in packages for path in (root / name).rglob("*.py") if "tests" not in path.parts
    )
    assert len(re.findall(r"\.set_cookie\(", code)) == 1  # the organization's; a new one has to be told there
    for one in (*COOKIES, *STORAGE):
        assert one.name in page
