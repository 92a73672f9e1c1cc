"""An organization's own settings over the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import AuditEntry, Channel, FormerSlug, Organization, User
from mino.tests.api.asking import Asker, browser, code_of, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(organization: Organization, admin: User, settings: Settings) -> Asker:
    """An admin's browser."""
    settings.SCREENSHOT_DAYS, settings.RAW_RESULT_DAYS, settings.AUDIT_DAYS = 30, 180, 730
    return browser(admin, organization)


def details(response: Any) -> list[str]:
    return [one["path"] for one in response.json()["details"]]


def test_an_organization_gets_another_name_by_who_saw_the_one_before(ask: Asker, organization: Organization) -> None:
    path = f"organizations/{organization.pk}"
    read = ask("GET", path)
    named = ask("PATCH", path, {"name": " Northern  Light "}, If_Match=read["ETag"])
    assert (named.json()["name"], named.json()["slug"]) == ("Northern Light", "northlight")
    assert code_of(ask("PATCH", path, {"slug": "late"}, If_Match=read["ETag"])) == "PRECONDITION_FAILED"
    moved = ask("PATCH", path, {"slug": "northern-light"}, If_Match=named["ETag"])
    assert moved.json()["slug"] == "northern-light"
    assert FormerSlug.objects.get().slug == "northlight"
    assert [one.channel for one in AuditEntry.objects.filter(event="organization.updated")] == [Channel.API] * 2


def test_what_is_no_name_and_whose_it_is(ask: Asker, organization: Organization, stranger: User) -> None:
    path = f"organizations/{organization.pk}"
    for body, code in (
        ({"name": " "}, "VALIDATION_ERROR"),
        ({"name": "x" * 101}, "VALIDATION_ERROR"),
        ({"slug": "A b"}, "VALIDATION_ERROR"),
        ({"slug": "elsewhere"}, "ALREADY_EXISTS"),
    ):
        response = ask("PATCH", path, body)
        assert (code_of(response), details(response)) == (code, list(body))
    assert details(ask("PATCH", path, {"plan": "enterprise"})) == ["plan"]
    assert ask("PATCH", path, {}).json()["name"] == organization.name
    assert code_of(browser(stranger)("PATCH", path, {"name": "Mine"})) == "NOT_FOUND"
    assert code_of(program(organization)("PATCH", path, {"name": "Mine"})) == "FORBIDDEN"


def test_things_are_kept_for_a_shorter_time_and_as_long_again(ask: Asker, organization: Organization) -> None:
    read = ask("GET", "retention")
    assert read.json() == {
        "id": str(organization.pk),
        "screenshot_days": None,
        "raw_result_days": None,
        "audit_days": None,
        "bounds": [
            {"name": "screenshot_days", "shortest": 1, "longest": 30},
            {"name": "raw_result_days", "shortest": 1, "longest": 180},
            {"name": "audit_days", "shortest": 90, "longest": 730},
        ],
    }
    shorter = ask("PATCH", "retention", {"screenshot_days": 7, "audit_days": 90}, If_Match=read["ETag"])
    assert (shorter.json()["screenshot_days"], shorter.json()["audit_days"]) == (7, 90)
    late = ask("PATCH", "retention", {"raw_result_days": 1}, If_Match=read["ETag"])
    assert code_of(late) == "PRECONDITION_FAILED"
    again = ask("PATCH", "retention", {"screenshot_days": None}, If_Match=shorter["ETag"])
    assert (again.json()["screenshot_days"], again.json()["audit_days"]) == (None, 90)
    entry = AuditEntry.objects.filter(event="organization.privacy_changed").latest("timestamp")
    assert entry.changes == {"screenshot_days": [7, None]}


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("screenshot_days", 31),
        ("screenshot_days", 0),
        ("raw_result_days", 181),
        ("audit_days", 89),
        ("audit_days", "90"),
    ],
)
def test_a_time_out_of_bounds_is_refused_at_its_field(ask: Asker, name: str, days: object) -> None:
    response = ask(
        "PATCH", "retention", {name: days, "screenshot_days": 3} if name != "screenshot_days" else {name: days}
    )
    assert (code_of(response), details(response)) == ("VALIDATION_ERROR", [name])
    assert ask.get("retention")["screenshot_days"] is None


def test_a_choice_that_the_installation_undercuts_is_in_nobodys_way(
    ask: Asker, organization: Organization, settings: Settings
) -> None:
    Organization.objects.filter(pk=organization.pk).update(screenshot_days=20)
    settings.SCREENSHOT_DAYS = 10
    assert ask.get("retention")["screenshot_days"] is None
    assert ask("PATCH", "retention", {"raw_result_days": 5}).json()["raw_result_days"] == 5


def test_members_and_programs_are_refused(organization: Organization, member: User) -> None:
    for asker in (browser(member, organization), program(organization)):
        assert code_of(asker("GET", "retention")) == "FORBIDDEN"
        assert code_of(asker("PATCH", "retention", {"screenshot_days": 1})) == "FORBIDDEN"
