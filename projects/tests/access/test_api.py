"""Who sees a project, over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.members.accepting import invitation_accept
from accounts.members.invitations import A_DAY
from accounts.models import AuditEntry, Channel, Guest, Invitation, Organization, User
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.factories import InvitationFactory, MembershipFactory, ProjectFactory, UserFactory
from projects.access.granting import access_give, grant_set, project_set_private
from projects.models import InvitedGrant, Level, Project, ProjectUserObjectPermission

pytestmark = pytest.mark.django_db
OUTSIDE = "gil@agency.example"


@pytest.fixture
def ask(organization: Organization, admin: User) -> Asker:
    """An admin's browser."""
    return browser(admin, organization)


@pytest.fixture
def private(project: Project) -> Project:
    return project_set_private(project=project, is_private=True, user=None)


def details(response: Any) -> list[str]:
    return [one["path"] for one in response.json()["details"]]


def test_a_project_is_hidden_and_shown_again(ask: Asker, project: Project, member: User) -> None:
    path, theirs = f"projects/{project.pk}", browser(member, project.organization)
    read = ask("GET", path)
    hidden = ask("PUT", f"{path}/visibility", {"is_private": True}, If_Match=read["ETag"])
    assert hidden.json()["is_private"] is True
    assert code_of(theirs("GET", path)) == "NOT_FOUND"
    assert code_of(ask("PUT", f"{path}/visibility", {"is_private": False}, If_Match=read["ETag"])) == (
        "PRECONDITION_FAILED"
    )
    assert ask("PUT", f"{path}/visibility", {"is_private": True}, If_Match=hidden["ETag"])["ETag"] == hidden["ETag"]
    ask("PUT", f"{path}/visibility", {"is_private": False})
    assert theirs("GET", path).status_code == 200
    entries = AuditEntry.objects.filter(event="project.visibility_changed")
    assert [one.channel for one in entries] == [Channel.API] * 2
    assert details(ask("PUT", f"{path}/visibility", {"is_private": "no"})) == ["is_private"]


def test_a_project_is_private_from_its_beginning(ask: Asker, organization: Organization, member: User) -> None:
    new = {"name": "Secret", "instructions": "Return the price of the product.", "is_private": True}
    made = ask("POST", "projects", new)
    assert made.json()["is_private"] is True
    assert code_of(browser(member, organization)("GET", made["Location"])) == "NOT_FOUND"
    for asker in (browser(member, organization), program(organization)):
        assert code_of(asker("POST", "projects", {**new, "name": "Other"})) == "FORBIDDEN"
    assert Project.objects.count() == 1


def test_a_member_is_given_a_project_at_once(ask: Asker, private: Project, viewer: User) -> None:
    given = ask("POST", f"projects/{private.pk}/grants", {"email": viewer.email.upper(), "level": "view"})
    assert given.status_code == 201
    expected = {"id": str(viewer.pk), "email": viewer.email, "level": "view", "is_invited": False}
    assert given.json() == expected
    read = ask("GET", given["Location"])
    assert (read.json()["role"], read.json()["level"]) == ("viewer", "view")
    assert browser(viewer, private.organization).get(f"projects/{private.pk}")["is_private"] is True
    changed = ask("PATCH", given["Location"], {"level": "work"}, If_Match=read["ETag"])
    assert changed.json()["level"] == "work"
    late = ask("PATCH", given["Location"], {"level": "view"}, If_Match=read["ETag"])
    assert code_of(late) == "PRECONDITION_FAILED"
    assert ask("PATCH", given["Location"], {"level": "view"}, If_Match=changed["ETag"])["ETag"] == read["ETag"]
    again = ask("POST", f"projects/{private.pk}/grants", {"email": viewer.email, "level": "work"})
    assert again.json() == {**expected, "level": "work"}
    assert ask("DELETE", given["Location"]).status_code == 204
    assert code_of(ask("DELETE", given["Location"])) == "NOT_FOUND"
    assert not ProjectUserObjectPermission.objects.exists()


def test_somebody_else_is_invited_once_and_is_a_guest_then(
    ask: Asker, private: Project, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    path, body = f"projects/{private.pk}/grants", {"email": OUTSIDE, "level": "work"}
    with django_capture_on_commit_callbacks(execute=True):
        given, again = (ask("POST", path, body, Idempotency_Key="a") for _ in range(2))
        ask("POST", path, {**body, "level": "view"})
    assert given.json() == again.json()
    assert given.json()["is_invited"] is True
    assert len(mail.outbox) == 1
    promised = ask.get(given["Location"])
    invitation = Invitation.objects.get()
    assert (promised["level"], promised["invitation_id"]) == ("view", str(invitation.pk))
    assert ask.get(f"projects/{private.pk}/promised-grants")["data"] == [promised]
    assert ask.get(f"invitations/{invitation.pk}")["role"] == "guest"
    invitation_accept(invitation=invitation, user=UserFactory(email=OUTSIDE))
    assert code_of(ask("GET", given["Location"])) == "NOT_FOUND"
    (grant,) = ask.get(path)["data"]
    assert (grant["email"], grant["level"], grant["role"]) == (OUTSIDE, "view", None)
    assert ask("DELETE", f"{path}/{grant['id']}").status_code == 204
    assert not Guest.objects.exists(), "who has no grant left is a guest no more"


def test_a_promise_is_taken_back(ask: Asker, private: Project) -> None:
    given = ask("POST", f"projects/{private.pk}/grants", {"email": OUTSIDE, "level": "view"})
    assert ask("DELETE", given["Location"]).status_code == 204
    assert code_of(ask("DELETE", given["Location"])) == "NOT_FOUND"
    assert ask.get("invitations")["data"] == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"email": "nobody", "level": "view"}, "email"),
        ({"email": "x" * 255 + "@agency.example", "level": "view"}, "email"),
        ({"email": OUTSIDE, "level": "delete"}, "level"),
        ({"email": OUTSIDE, "level": None}, "level"),
    ],
)
def test_what_is_no_grant(ask: Asker, private: Project, body: dict[str, Any], path: str) -> None:
    response = ask("POST", f"projects/{private.pk}/grants", body)
    assert (code_of(response), details(response)) == ("VALIDATION_ERROR", [path])
    assert not Invitation.objects.exists()


def test_who_would_be_the_fifty_first_of_a_day_is_not_invited(
    ask: Asker, private: Project, admin: User, client_for: Callable[[User], Client]
) -> None:
    InvitationFactory.create_batch(A_DAY, organization=private.organization)
    body = {"email": OUTSIDE, "level": "view"}
    response = ask("POST", f"projects/{private.pk}/grants", body)
    assert (response.status_code, code_of(response), details(response)) == (429, "RATE_LIMIT_EXCEEDED", [])
    assert response.json()["limits"]["current"] == A_DAY
    page = client_for(admin).post(reverse("project_access_give", args=["northlight", private.pk]), body)
    assert "can send 50 invitations in 24 hours" in page.text


def test_grants_are_for_who_is_there_and_elsewhere_is_elsewhere(
    ask: Asker, private: Project, member: User, stranger: User
) -> None:
    other = ProjectFactory(organization=private.organization)
    grant_set(project=other, person=member, level=Level.VIEW, user=None)
    access_give(project=other, email=OUTSIDE, level=Level.VIEW, user=None)
    promised = InvitedGrant.objects.get()
    for path in (f"grants/{stranger.pk}", f"grants/{member.pk}", f"promised-grants/{promised.pk}"):
        for method in ("GET", "DELETE"):
            assert code_of(ask(method, f"projects/{private.pk}/{path}")) == "NOT_FOUND"
    assert code_of(ask("PATCH", f"projects/{private.pk}/grants/{member.pk}", {"level": "work"})) == "NOT_FOUND"
    for path in ("grants", "promised-grants"):
        assert ask.get(f"projects/{private.pk}/{path}")["data"] == []
    assert ProjectUserObjectPermission.objects.count() == InvitedGrant.objects.count() == 1


def test_grants_come_in_the_order_in_which_they_were_given(ask: Asker, private: Project) -> None:
    people = [MembershipFactory(organization=private.organization).user for _ in range(3)]
    for person in people:
        grant_set(project=private, person=person, level=Level.VIEW, user=None)
    grant_set(project=private, person=people[0], level=Level.WORK, user=None)
    path, found = f"projects/{private.pk}/grants?limit=1", []
    for _ in people:
        page = ask.get(path)
        found += [one["id"] for one in page["data"]]
        path = f"projects/{private.pk}/grants?limit=1&cursor={page['pagination']['next_cursor']}"
    assert found == [str(one.pk) for one in people]
    newest = ask.get(f"projects/{private.pk}/grants?sort=-given&fields=level")["data"]
    assert newest == [
        {"id": one, "level": level} for one, level in zip(found[::-1], ["view", "view", "work"], strict=True)
    ]


@pytest.mark.parametrize("path", ["grants", "promised-grants"])
def test_a_list_costs_the_same_whatever_its_length(ask: Asker, private: Project, path: str) -> None:
    counts = []
    for how_many in (1, 4):
        for _ in range(how_many):
            person = MembershipFactory(organization=private.organization).user
            grant_set(project=private, person=person, level=Level.VIEW, user=None)
            access_give(project=private, email=f"{person.pk}@agency.example", level=Level.VIEW, user=None)
        with CaptureQueriesContext(connection) as queries:
            page = ask.get(f"projects/{private.pk}/{path}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7, "session, user, organization, role, grants, project, and the page"
    assert len(page["data"]) == 5
