"""The answer kept for an Idempotency-Key: who is given it again, and how long it can be read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import Settings

from accounts.models import IdempotentRequest, Membership, Organization, User
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import MembershipFactory, UserFactory
from projects.models import Project

NEW = {"name": "Prices", "instructions": "Return the price of the product."}
API_KEY = {"name": "CI", "scopes": ["read:projects"]}
WEBHOOK = {"url": "https://hooks.example.com/mino", "events": ["execution.completed"]}


def again(asker: Asker, path: str, body: Any = None) -> Any:
    """The answer to the same request, whenever it is sent."""
    return asker("POST", path, body, Idempotency_Key="a")


@pytest.fixture
def second(organization: Organization) -> User:
    """Another owner, whose role can be taken away."""
    person: User = MembershipFactory(organization=organization, role="owner").user
    return person


@pytest.mark.parametrize(("path", "body", "secret"), [("api-keys", API_KEY, "key"), ("webhooks", WEBHOOK, "secret")])
def test_a_secret_is_shown_again_only_to_who_may_still_make_one(
    organization: Organization, second: User, path: str, body: Any, secret: str
) -> None:
    asker = browser(second, organization)
    first = again(asker, path, body)
    assert first.status_code == 201, first.content
    assert again(asker, path, body).json()[secret] == first.json()[secret]
    Membership.objects.filter(user=second).update(role="viewer")
    refused = again(asker, path, body)
    assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
    assert first.json()[secret] not in refused.content.decode()
    assert "Only" in refused.json()["error"]


def test_a_secret_that_took_the_place_of_another_is_shown_again_only_to_who_may_still_rotate(
    organization: Organization, second: User
) -> None:
    asker = browser(second, organization)
    webhook = asker("POST", "webhooks", WEBHOOK).json()["id"]
    assert again(asker, f"webhooks/{webhook}/rotate").status_code == 200
    Membership.objects.filter(user=second).update(role="member")
    assert code_of(again(asker, f"webhooks/{webhook}/rotate")) == "FORBIDDEN"


def test_an_answer_about_a_project_is_not_given_to_who_can_not_see_it_any_more(
    organization: Organization, project: Project, member: User
) -> None:
    asker = browser(member, organization)
    path, body = f"projects/{project.pk}/versions", {"text": "Return title and price."}
    assert again(asker, path, body).status_code == 201
    assert again(asker, path, body).status_code == 201
    Project.objects.filter(pk=project.pk).update(is_private=True, created_by=UserFactory())
    assert code_of(again(asker, path, body)) == "NOT_FOUND"


def test_an_answer_can_be_given_again_after_a_rotation(
    organization: Organization, member: User, settings: Settings
) -> None:
    ask, old, new = browser(member, organization), b"o" * 32, b"n" * 32
    settings.ENCRYPTION_KEYS = [old]
    first = again(ask, "projects", NEW)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("rotate_secrets")
    settings.ENCRYPTION_KEYS = [new]
    replayed = again(ask, "projects", NEW)
    assert (replayed.status_code, replayed.content) == (201, first.content)


def test_a_repeat_at_the_moment_in_which_the_answer_is_forgotten(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert again(ask, "projects", NEW).status_code == 201
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    insert = QuerySet.bulk_create

    def forgotten(queryset: Any, rows: Any, **options: Any) -> Any:
        made = insert(queryset, rows, **options)
        IdempotentRequest.objects.filter(created_at__lt=timezone.now() - timedelta(hours=24)).delete()
        return made

    monkeypatch.setattr(QuerySet, "bulk_create", forgotten)
    assert again(ask, "projects", {**NEW, "name": "Others"}).status_code == 201
    assert Project.objects.count() == 2
