"""Pages of other origins reach the API only if they are listed, and never with the reader's sign-in."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Organization, User
from mino.tests.api.asking import browser, program

HERE, ELSEWHERE = "https://app.example", "https://elsewhere.example"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _listed(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [HERE]


def test_by_default_nobody_is_listed(settings: Settings) -> None:
    from mino import settings as real

    assert real.CORS_ALLOWED_ORIGINS == []
    assert not real.CORS_ALLOW_CREDENTIALS


def test_a_listed_origin_may_ask_with_a_key(organization: Organization) -> None:
    asked = Client().options(
        "/api/v1/projects",
        headers={
            "Origin": HERE,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, idempotency-key",
        },
    )
    assert asked["Access-Control-Allow-Origin"] == HERE
    assert "idempotency-key" in asked["Access-Control-Allow-Headers"]
    response = program(organization)("GET", "projects", Origin=HERE)
    assert response["Access-Control-Allow-Origin"] == HERE
    assert {"ETag", "Idempotency-Replayed"} <= set(response["Access-Control-Expose-Headers"].split(", "))


@pytest.mark.parametrize(
    ("path", "host", "status"), [("nowhere", "testserver", 404), ("projects", "evil.example", 400)]
)
def test_a_listed_origin_can_read_errors_that_no_view_raised(path: str, host: str, status: int) -> None:
    response = Client().get(f"/api/v1/{path}", headers={"Origin": HERE, "Host": host})
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert response["Access-Control-Allow-Origin"] == HERE
    assert "X-Request-ID" in response["Access-Control-Expose-Headers"]
    assert "origin" in response["Vary"]
    assert (response["X-Content-Type-Options"], response["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert response["Cache-Control"] == "no-store"


def test_a_sign_in_is_never_lent(owner: User, organization: Organization) -> None:
    response = browser(owner, organization)("GET", "projects", Origin=HERE)
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize("path", ["/api/v1/projects", "/", "/accounts/login/"])
def test_others_are_told_nothing(path: str) -> None:
    assert "Access-Control-Allow-Origin" not in Client().get(path, headers={"Origin": ELSEWHERE})


def test_pages_are_for_nobody_else() -> None:
    assert "Access-Control-Allow-Origin" not in Client().get("/accounts/login/", headers={"Origin": HERE})
