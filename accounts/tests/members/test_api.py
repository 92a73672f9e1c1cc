"""Members, invitations and guests over the API, as the pages have them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.members.invitations import A_DAY
from accounts.models import GUEST, AuditEntry, Channel, Guest, Invitation, Membership, Organization, Role, User
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import GuestFactory, InvitationFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = {"emails": ["nia@northlight.example", "Tom@Northlight.example"], "role": "member"}


@pytest.fixture
def ask(organization: Organization, admin: User) -> Asker:
    """An admin's browser."""
    return browser(admin, organization)


def place(user: User) -> Membership:
    return Membership.objects.get(user=user)


def details(response: Any) -> list[str]:
    return [one["path"] for one in response.json()["details"]]


# ---- members -------------------------------------------------------------------------------------------------------


def test_a_role_is_changed_by_who_saw_the_one_before(ask: Asker, admin: User, member: User) -> None:
    path = f"members/{place(member).pk}"
    read = ask("GET", path)
    assert read.json()["role"] == "member"
    changed = ask("PATCH", path, {"role": "viewer"}, If_Match=read["ETag"])
    assert (changed.status_code, changed.json()["role"]) == (200, "viewer")
    late = ask("PATCH", path, {"role": "admin"}, If_Match=read["ETag"])
    assert code_of(late) == "PRECONDITION_FAILED"
    assert ask("PATCH", path, {"role": "admin"}, If_Match=changed["ETag"]).json()["role"] == "admin"
    entries = AuditEntry.objects.filter(event="member.role_changed")
    assert {(one.actor_id, one.channel) for one in entries} == {(admin.pk, Channel.API)}
    assert entries.count() == 2


def test_what_an_admin_may_not_do_with_owners(ask: Asker, owner: User, member: User) -> None:
    for method, user, body in (
        ("PATCH", owner, {"role": "viewer"}),
        ("PATCH", member, {"role": "owner"}),
        ("DELETE", owner, None),
    ):
        response = ask(method, f"members/{place(user).pk}", body)
        assert (response.status_code, code_of(response)) == (403, "FORBIDDEN")
        assert "owner" in response.json()["error"]
    assert (place(owner).role, place(member).role) == (Role.OWNER, Role.MEMBER)


def test_the_last_owner_stays_whatever_is_asked(owner: User, organization: Organization) -> None:
    ask, path = browser(owner, organization), f"members/{place(owner).pk}"
    for response in (
        ask("PATCH", path, {"role": "admin"}),
        ask("DELETE", path),
        ask("POST", f"organizations/{organization.pk}/leave"),
    ):
        assert (response.status_code, code_of(response)) == (409, "INVALID_STATE")
        assert "needs an owner" in response.json()["error"]
    assert place(owner).role == Role.OWNER


def test_a_member_is_removed_and_is_gone_at_once(ask: Asker, member: User, organization: Organization) -> None:
    path, theirs = f"members/{place(member).pk}", browser(member, organization)
    assert theirs("GET", "members").status_code == 200
    assert ask("DELETE", path).status_code == 204
    assert code_of(theirs("GET", "members")) == "NOT_FOUND"
    assert code_of(ask("DELETE", path)) == "NOT_FOUND"
    assert AuditEntry.objects.get(event="member.removed").changes["person"] == [member.email, None]


def test_what_is_no_role_is_refused_at_its_field(ask: Asker, member: User) -> None:
    for role in ("guest", "", "OWNER", None, 4, ["member"]):
        response = ask("PATCH", f"members/{place(member).pk}", {"role": role})
        assert (code_of(response), details(response)) == ("VALIDATION_ERROR", ["role"])
    assert code_of(ask("PATCH", f"members/{place(member).pk}", {})) == "MISSING_FIELD"


def test_an_organization_is_handed_over(owner: User, member: User, organization: Organization) -> None:
    ask = browser(owner, organization)
    path = f"members/{place(member).pk}/transfer"
    own = ask("POST", f"members/{place(owner).pk}/transfer")
    assert code_of(own) == "VALIDATION_ERROR"
    assert ask("POST", path).json()["role"] == "owner"
    assert (place(member).role, place(owner).role) == (Role.OWNER, Role.ADMIN)
    assert code_of(ask("POST", path)) == "FORBIDDEN"


def test_nobody_switched_off_is_handed_it(owner: User, member: User, organization: Organization) -> None:
    User.objects.filter(pk=member.pk).update(is_active=False)
    ask = browser(owner, organization)
    assert ask.get(f"members/{place(member).pk}")["is_active"] is False
    assert code_of(ask("POST", f"members/{place(member).pk}/transfer")) == "INVALID_STATE"


def test_members_and_guests_leave(member: User, organization: Organization) -> None:
    guest = GuestFactory(organization=organization).user
    for user in (member, guest):
        ask, path = browser(user), f"organizations/{organization.pk}/leave"
        assert ask("POST", path).status_code == 204
        assert code_of(ask("POST", path)) == "NOT_FOUND"
    assert not Membership.objects.exists()
    assert not Guest.objects.exists()


def test_members_are_found_by_name_address_and_role(ask: Asker, owner: User, member: User) -> None:
    def found(query: str) -> list[str]:
        return [one["user"]["id"] for one in ask.get(f"members?{query}")["data"]]

    assert found("search=OWNER of") == [str(owner.pk)]
    assert found("search=member@northlight") == [str(member.pk)]
    assert found("role=member,owner&sort=-joined_at") == [str(member.pk), str(owner.pk)]
    assert found("search=%25") == []
    assert code_of(ask("GET", "members?role=guest")) == "VALIDATION_ERROR"


# ---- invitations ---------------------------------------------------------------------------------------------------


def test_an_invitation_through_its_life(
    ask: Asker, admin: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = ask("POST", "invitations", NEW)
    assert made.status_code == 201
    first, second = made.json()["data"]
    assert (first["email"], second["email"]) == ("nia@northlight.example", "tom@northlight.example")
    assert (first["role"], first["status"], first["invited_by"]["id"]) == ("member", "pending", str(admin.pk))
    assert [one.to for one in mail.outbox] == [[first["email"]], [second["email"]]]
    token = mail.outbox[0].body.split("/invitations/")[1].split("/")[0]
    assert token not in made.content.decode(), "The link is in the mail alone."
    assert ask.get(f"invitations/{first['id']}") == first
    assert [one["id"] for one in ask.get("invitations?sort=sent_at")["data"]] == [first["id"], second["id"]]
    again = ask("POST", f"invitations/{first['id']}/resend")
    assert (again.status_code, ask.get(again["Location"])) == (201, again.json())
    assert ask.get(f"invitations/{first['id']}")["status"] == "replaced"
    assert code_of(ask("POST", f"invitations/{first['id']}/resend")) == "INVALID_STATE"
    for _ in range(2):
        assert ask("DELETE", f"invitations/{second['id']}").status_code == 204
    assert ask.get(f"invitations/{second['id']}")["status"] == "revoked"
    assert [one["id"] for one in ask.get("invitations")["data"]] == [again.json()["id"]]


def test_all_are_invited_or_nobody(ask: Asker, member: User) -> None:
    InvitationFactory(organization=member.memberships.get().organization, email="ian@northlight.example")
    for email, code in (
        ("nobody", "VALIDATION_ERROR"),
        ("x" * 64 + "@" + "d" * 60 + ".example." * 20 + "com", "VALIDATION_ERROR"),
        (member.email.upper(), "ALREADY_EXISTS"),
        ("ian@northlight.example", "ALREADY_EXISTS"),
    ):
        response = ask("POST", "invitations", {**NEW, "emails": [*NEW["emails"], email]})
        assert code_of(response) == code
        assert details(response) == ["emails.2"]
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"emails": []}, "emails"),
        ({"emails": "nia@northlight.example"}, "emails"),
        ({"emails": [5]}, "emails.0"),
        ({"emails": ["a@b.example"] * (A_DAY + 1)}, "emails"),
        ({"role": "guest"}, "role"),
        ({"message": "Hello"}, "message"),
    ],
)
def test_what_can_be_no_invitation(ask: Asker, change: dict[str, Any], path: str) -> None:
    response = ask("POST", "invitations", {**NEW, **change})
    assert (code_of(response), details(response)) == ("VALIDATION_ERROR", [path])
    assert not Invitation.objects.exists()


def test_an_address_that_is_too_long_for_any_mail_server_is_none(ask: Asker) -> None:
    long = "x" * 58 + "@" + ".".join(["d" * 60] * 3) + ".example.com"
    assert 254 > len(long) > 250
    assert ask("POST", "invitations", {"emails": [long], "role": "member"}).status_code == 201
    assert code_of(ask("POST", "invitations", {"emails": ["xxxx" + long], "role": "member"})) == "VALIDATION_ERROR"


def test_an_admin_invites_no_owner_and_a_day_has_its_number(ask: Asker, organization: Organization) -> None:
    assert code_of(ask("POST", "invitations", {**NEW, "role": "owner"})) == "FORBIDDEN"
    InvitationFactory.create_batch(A_DAY - 1, organization=organization)
    refused = [ask("POST", "invitations", NEW)]
    last = ask("POST", "invitations", {**NEW, "emails": ["nia@northlight.example"]})
    assert last.status_code == 201
    refused.append(ask("POST", f"invitations/{last.json()['data'][0]['id']}/resend"))
    for answer in refused:
        assert (answer.status_code, code_of(answer), details(answer)) == (429, "RATE_LIMIT_EXCEEDED", [])
        assert answer.json()["limits"]["maximum"] == A_DAY
        assert 86_000 < int(answer["Retry-After"]) <= 86_400


def test_the_same_request_invites_once(
    ask: Asker, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = ask("POST", "invitations", NEW, Idempotency_Key="a")
        again = ask("POST", "invitations", NEW, Idempotency_Key="a")
        path = f"invitations/{first.json()['data'][0]['id']}/resend"
        sent = [ask("POST", path, Idempotency_Key="b") for _ in range(2)]
    assert (again.status_code, again.content) == (201, first.content)
    assert sent[0].content == sent[1].content
    assert len(mail.outbox) == 3


def test_what_was_accepted_is_not_taken_back(ask: Asker, organization: Organization) -> None:
    accepted = InvitationFactory(organization=organization, ended_at=timezone.now(), ending="accepted")
    assert code_of(ask("DELETE", f"invitations/{accepted.pk}")) == "INVALID_STATE"
    assert ask.get(f"invitations/{accepted.pk}")["status"] == "accepted"


def test_invitations_are_narrowed_and_tell_what_they_are_worth(ask: Asker, organization: Organization) -> None:
    expired = InvitationFactory(organization=organization, role=GUEST, expires_at=timezone.now() - timedelta(days=1))
    InvitationFactory(organization=organization)
    InvitationFactory()
    page = ask.get("invitations?role=guest,owner&include=total")
    assert [(one["id"], one["status"]) for one in page["data"]] == [(str(expired.pk), "expired")]
    assert page["pagination"]["total"] == 1
    assert len(ask.get("invitations")["data"]) == 2
    assert ask.get(f"invitations?search={expired.email.upper()[:9]}")["data"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets only one write at a time")
def test_parallel_invitations_of_one_address_are_one(organization: Organization, admin: User) -> None:
    askers = [browser(admin, organization) for _ in range(4)]

    def invite(number: int) -> int:
        try:
            body = {**NEW, "emails": NEW["emails"][:: (-1) ** number]}
            return int(askers[number]("POST", "invitations", body, Idempotency_Key=str(number)).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(invite, range(4)))
    assert answers == [201, 409, 409, 409]
    assert Invitation.objects.count() == 2


# ---- guests and what all lists have in common ----------------------------------------------------------------------


def test_guests_are_listed_and_shown_out(ask: Asker, organization: Organization) -> None:
    guest = GuestFactory(organization=organization, user__email="gil@agency.example")
    GuestFactory(organization=organization)
    (found,) = ask.get("guests?search=agency")["data"]
    assert (found["id"], found["email"]) == (str(guest.pk), "gil@agency.example")
    assert ask.get(f"guests/{guest.pk}") == found
    assert ask("DELETE", f"guests/{guest.pk}").status_code == 204
    assert code_of(ask("GET", f"guests/{guest.pk}")) == "NOT_FOUND"
    assert AuditEntry.objects.get(event="guest.removed").object_pk == str(guest.user_id)


Maker = Callable[[Organization, User], object]
LISTS: dict[str, Maker] = {
    "members": lambda organization, by: MembershipFactory(organization=organization, invited_by=by),
    "invitations": lambda organization, by: InvitationFactory(organization=organization, invited_by=by),
    "guests": lambda organization, by: GuestFactory(organization=organization, invited_by=by),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_whatever_its_length(ask: Asker, organization: Organization, path: str) -> None:
    counts = []
    for how_many in (1, 5):
        for _ in range(how_many):
            LISTS[path](organization, UserFactory())
        with CaptureQueriesContext(connection) as queries:
            page = ask.get(path)
        counts.append(len(queries))
    empty = path == "members"  # whose moment of joining may be empty: those come last, by a query of their own
    assert counts == [5 + empty] * 2, "session, user, organization, role, and the page"
    assert page["data"][-1]["invited_by"]["type"] == "user"


@pytest.mark.parametrize("path", [*LISTS, "members?fields=role", "guests?fields=joined_at", "invitations?fields=email"])
def test_who_is_elsewhere_is_not_listed(ask: Asker, path: str) -> None:
    MembershipFactory()
    InvitationFactory()
    GuestFactory()
    assert len(ask.get(path)["data"]) == (1 if path.startswith("members") else 0)
