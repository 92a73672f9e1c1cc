"""The run defaults over the API."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, Organization, User
from executions.defaults.services import defaults_of
from mino.tests.api.asking import Asker, browser, code_of, program
from projects.models import Batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(organization: Organization, admin: User) -> Asker:
    """An admin's browser."""
    return browser(admin, organization)


def details(response: Any) -> list[str]:
    return [one["path"] for one in response.json()["details"]]


def test_where_nobody_set_anything_the_usual_is_told(ask: Asker, organization: Organization) -> None:
    usual = {"agent": "", "concurrency": 5, "max_retries": 3, "timeout": None, "budget": None}
    assert ask.get("run-defaults") == {"id": str(organization.pk), **usual}


def test_executions_begin_with_what_was_set_by_who_saw_it_before(ask: Asker, batch: Batch, admin: User) -> None:
    read = ask("GET", "run-defaults")
    wanted = {"agent": "local", "concurrency": 2, "budget": 1.25}
    changed = ask("PATCH", "run-defaults", wanted, If_Match=read["ETag"])
    assert changed.json() == {**read.json(), **wanted}
    assert code_of(ask("PATCH", "run-defaults", {"timeout": 9}, If_Match=read["ETag"])) == "PRECONDITION_FAILED"
    again = ask("PATCH", "run-defaults", {"timeout": 30, "budget": None}, If_Match=changed["ETag"])
    assert again.json() == {**read.json(), "agent": "local", "concurrency": 2, "timeout": 30}
    key = program(batch.organization, "run:executions", "read:results")
    assert key.get("run-defaults") == again.json()
    started = key("POST", f"batches/{batch.pk}/executions", {}).json()
    assert (started["agent"], started["concurrency"], started["timeout"]) == ("local", 2, 30)
    assert {one.actor_id for one in AuditEntry.objects.filter(event="organization.updated")} == {admin.pk}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("agent", "nobody"), ("agent", None), ("concurrency", 51), ("concurrency", None), ("concurrency", "5")),
        *(("max_retries", -1), ("timeout", 0), ("timeout", 3601), ("budget", 0), ("budget", 0.0000001)),
        *(("budget", "5"), ("render", "always")),
    ],
)
def test_what_no_run_could_have_is_refused_at_its_field(ask: Asker, name: str, value: object) -> None:
    response = ask("PATCH", "run-defaults", {name: value})
    assert (code_of(response), details(response)) == ("VALIDATION_ERROR", [name])


def test_programs_and_members_read_only(organization: Organization, member: User) -> None:
    for asker in (browser(member, organization), program(organization)):
        assert asker.get("run-defaults")["concurrency"] == 5
        assert code_of(asker("PATCH", "run-defaults", {"concurrency": 9})) == "FORBIDDEN"
    assert code_of(program(organization, "read:results")("GET", "run-defaults")) == "FORBIDDEN"
    assert defaults_of(organization.pk) == {}
