"""The pages about people, as a browser meets them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import Invitation, Membership, Organization, Role, User
from mino.tests.factories import GuestFactory, InvitationFactory, MembershipFactory

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
MaxQueries = Callable[[int], AbstractContextManager[object]]
PEOPLE = "/o/northlight/settings/people/"


def test_the_page_shows_who_invited_whom_and_the_last_sign_in(
    client_for: ClientFor, admin: User, organization: Organization
) -> None:
    when = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    place = MembershipFactory(organization=organization, invited_by=admin, invited_at=when)
    User.objects.filter(pk=place.user.pk).update(last_login=when)
    page = client_for(admin).get(PEOPLE).text
    assert f"by {admin.name}" in page
    assert page.count("4 March 2026") >= 2 or page.count("2026-03-04") >= 2


def test_only_who_manages_people_sees_sign_ins_and_invitations(
    client_for: ClientFor, viewer: User, organization: Organization
) -> None:
    InvitationFactory(organization=organization)
    page = client_for(viewer).get(PEOPLE).text
    assert "Last sign-in" not in page
    assert "Invitations" not in page


def test_people_are_found_and_paged(client_for: ClientFor, admin: User, organization: Organization) -> None:
    MembershipFactory.create_batch(55, organization=organization)
    target = MembershipFactory(organization=organization, user__name="Zoe Zander").user
    browser = client_for(admin)
    first = browser.get(PEOPLE)
    assert (len(first.context["page"].items), target.name in first.text) == (50, False)
    assert target.name in browser.get(PEOPLE + first.context["page"].older).text
    assert [one.user for one in browser.get(PEOPLE + "?search=zoe").context["page"].items] == [target]
    assert "Nobody matches" in browser.get(PEOPLE + "?search=%00nobody").text


@pytest.mark.parametrize(("page", "most"), [("", 9), ("guests/", 9), ("invitations/", 9)])
def test_a_list_asks_the_same_number_of_queries_whatever_its_length(
    client_for: ClientFor,
    admin: User,
    organization: Organization,
    django_assert_max_num_queries: MaxQueries,
    page: str,
    most: int,
) -> None:
    MembershipFactory.create_batch(5, organization=organization, invited_by=admin)
    GuestFactory.create_batch(5, organization=organization, invited_by=admin)
    InvitationFactory.create_batch(5, organization=organization, invited_by=admin)
    browser = client_for(admin)
    with django_assert_max_num_queries(most):
        browser.get(PEOPLE + page)


def test_several_people_are_invited_at_once(client_for: ClientFor, admin: User) -> None:
    browser = client_for(admin)
    given = {"emails": "a@x.example, b@x.example\nc@x.example", "role": "viewer"}
    assert browser.post(PEOPLE + "invite/", given)["Location"] == PEOPLE + "invitations/"
    assert sorted(Invitation.objects.values_list("email", flat=True)) == ["a@x.example", "b@x.example", "c@x.example"]
    response = browser.post(PEOPLE + "invite/", {"emails": "d@x.example a@x.example", "role": "viewer"})
    assert (response.status_code, "a@x.example is invited already" in response.text) == (422, True)
    assert list(response.context["form"].errors) == ["emails"]
    assert "d@x.example a@x.example" in response.text
    assert browser.post(PEOPLE + "invite/", {"emails": "d@x.example", "role": "owner"}).status_code == 422
    assert Invitation.objects.count() == 3


def test_an_owner_changes_a_role_and_removes(client_for: ClientFor, owner: User, member: User) -> None:
    browser, place = client_for(owner), Membership.objects.get(user=member)
    assert browser.post(f"{PEOPLE}{place.pk}/role/", {"role": "owner"})["Location"] == PEOPLE
    assert Membership.objects.get(user=member).role == Role.OWNER
    assert browser.post(f"{PEOPLE}{place.pk}/role/", {"role": "king"}).status_code == 422
    browser.post(f"{PEOPLE}{place.pk}/remove/")
    assert not Membership.objects.filter(user=member).exists()


def test_an_admin_is_offered_nothing_about_an_owner(client_for: ClientFor, admin: User, owner: User) -> None:
    place = Membership.objects.get(user=owner)
    page = client_for(admin).get(f"{PEOPLE}{place.pk}/").text
    assert "Save role" not in page
    assert "Remove…" not in page
    client_for(admin).post(f"{PEOPLE}{place.pk}/remove/")
    assert Membership.objects.filter(user=owner).exists()


def test_who_leaves_goes_to_the_front_page(client_for: ClientFor, member: User, owner: User) -> None:
    assert client_for(member).post(PEOPLE + "leave/")["Location"] == "/"
    assert client_for(member).get(PEOPLE).status_code == 404
    assert "Leave Northlight Retail?" in client_for(owner).get(PEOPLE + "leave/").text
    response = client_for(owner).post(PEOPLE + "leave/", follow=True)
    assert "needs an owner" in response.text


def test_people_of_another_organization_are_unseen(client_for: ClientFor, owner: User, stranger: User) -> None:
    other = Membership.objects.get(user=stranger)
    invitation = InvitationFactory(organization=other.organization)
    guest = GuestFactory(organization=other.organization)
    browser = client_for(owner)
    for path in (f"{other.pk}/role/", f"{other.pk}/remove/", f"{other.pk}/transfer/", f"guests/{guest.pk}/remove/"):
        assert browser.post(PEOPLE + path, {"role": "viewer"}).status_code == 404
    for act in ("send", "revoke"):
        assert browser.post(f"{PEOPLE}invitations/{invitation.pk}/{act}/").status_code == 404
