"""The pages of API keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.api_keys.services import api_key_create
from accounts.api_keys.shape import PATTERN
from accounts.models import ApiKey, Organization, User
from mino.tests.api.asking import browser, code_of
from mino.tests.factories import ProjectFactory
from projects.models import Project

SignedIn = Callable[[User], Client]
NEW = {"name": "Price feed", "scopes": ["read:projects", "run:executions"], "reach": "all", "days": "90"}


@pytest.fixture
def url(organization: Organization) -> str:
    """The address of the list."""
    return reverse("api_keys", args=[organization.slug])


def test_a_key_is_shown_once(client_for: SignedIn, owner: User, url: str) -> None:
    client = client_for(owner)
    page = client.post(f"{url}new/", NEW)
    found = PATTERN.findall(page.text)
    assert len(found) == 1
    assert "no-store" in page["Cache-Control"]
    key = ApiKey.objects.get()
    assert key.created_by == owner
    assert key.project_ids is None
    assert key.expires_at is not None
    listed = client.get(url).text
    assert key.prefix in listed
    assert found[0] not in listed
    answer = Client().get("/api/v1/projects", headers={"Authorization": f"Bearer {found[0]}"})
    assert answer.status_code == 200


def test_a_key_may_be_limited_to_projects(client_for: SignedIn, owner: User, url: str, project: Project) -> None:
    client = client_for(owner)
    client.post(f"{url}new/", {**NEW, "reach": "some", "projects": [str(project.pk)], "days": "never"})
    key = ApiKey.objects.get()
    assert key.project_ids == [str(project.pk)]
    assert key.expires_at is None
    assert f"Only in {project.name}." in client.get(url).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"scopes": []}, "This field is required"),
        ({"scopes": ["everything"]}, "Select a valid choice"),
        ({"reach": "some"}, "Choose at least one project"),
        ({"days": "7"}, "Select a valid choice"),
    ],
)
def test_what_is_no_key(client_for: SignedIn, owner: User, url: str, change: dict[str, object], words: str) -> None:
    assert words in client_for(owner).post(f"{url}new/", {**NEW, **change}).text
    assert not ApiKey.objects.exists()


def test_a_project_of_others_is_unknown(client_for: SignedIn, owner: User, url: str) -> None:
    foreign = ProjectFactory()
    page = client_for(owner).post(f"{url}new/", {**NEW, "reach": "some", "projects": [str(foreign.pk)]})
    assert "Select a valid choice" in page.text
    assert not ApiKey.objects.exists()


def test_rotating_and_revoking(client_for: SignedIn, owner: User, admin: User, url: str) -> None:
    client = client_for(owner)
    client.post(f"{url}new/", NEW)
    old = ApiKey.objects.get()
    page = client.post(f"{url}{old.pk}/rotate/")
    assert len(PATTERN.findall(page.text)) == 1
    assert "was rotated already" in client.post(f"{url}{old.pk}/rotate/", follow=True).text
    assert "is revoked" in client.post(f"{url}{old.pk}/revoke/", follow=True).text
    seen = client_for(admin).get(url).text
    assert "revoked" in seen
    assert "Rotate" not in seen
    assert "New key" not in seen


def test_the_list_costs_the_same_whatever_its_length(
    client_for: SignedIn,
    owner: User,
    organization: Organization,
    project: Project,
    url: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_for(owner)
    for _ in range(12):
        api_key_create(
            organization=organization, user=owner, name="CI", scopes=["read:projects"], project_ids=[project.pk]
        )
    with django_assert_max_num_queries(10):
        client.get(url)


def test_keys_over_the_api(owner: User, organization: Organization, project: Project) -> None:
    ask = browser(owner, organization)
    body = {"name": "Feed", "scopes": ["read:projects"], "project_ids": [str(project.pk)]}
    made = ask("POST", "api-keys", body, Idempotency_Key="a")
    assert made.status_code == 201
    text = made.json()["key"]
    assert PATTERN.fullmatch(text)
    assert ask("POST", "api-keys", body, Idempotency_Key="a").json()["key"] == text
    assert "key" not in ask.get(made["Location"])
    assert ask.get("api-keys")["data"][0]["project_ids"] == [str(project.pk)]
    rotated = ask("POST", f"{made['Location']}/rotate")
    assert rotated.json()["scopes"] == ["read:projects"]
    assert ask.get(made["Location"])["replaced_by"] == rotated.json()["id"]
    assert ask("DELETE", made["Location"]).status_code == 204
    assert ask.get(made["Location"])["status"] == "revoked"
    assert code_of(ask("POST", f"{made['Location']}/rotate")) == "INVALID_STATE"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"expires_at": "2026-13-45T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2099-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": 5}, "expires_at"),
        ({"scopes": ["all"]}, "scopes.0"),
        ({"scopes": "read:projects"}, "scopes"),
        ({"project_ids": []}, "project_ids"),
        ({"project_ids": ["019c1a60-0a10-7b52-8d3e-6f7a8b9c0d1e"]}, "project_ids.0"),
        ({"created_by": None}, "created_by"),
    ],
)
def test_what_is_no_key_over_the_api(
    owner: User, organization: Organization, change: dict[str, object], path: str
) -> None:
    response = browser(owner, organization)("POST", "api-keys", {"name": "x", "scopes": ["read:projects"], **change})
    assert code_of(response) == "VALIDATION_ERROR"
    assert [one["path"] for one in response.json()["details"]] == [path]
