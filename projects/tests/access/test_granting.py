"""Private projects: the flag, grants, guests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone
from guardian.shortcuts import assign_perm

from accounts.members.accepting import invitation_accept
from accounts.members.invitations import invitation_resend, invitation_revoke, invitations_create
from accounts.members.roles import member_leave, member_remove
from accounts.models import GUEST, AuditEntry, Ending, Guest, Invitation, Membership, Organization, Role, User
from accounts.permissions import forget_roles
from mino.common.errors import InvalidInput, InvalidState
from mino.tests.factories import GuestFactory, InvitationFactory, MembershipFactory, ProjectFactory, UserFactory
from mino.tests.races import overtaken
from projects.access.granting import (
    access_give,
    grant_remove,
    grant_set,
    invited_grant_remove,
    project_set_private,
)
from projects.models import InvitedGrant, Level, Project, ProjectUserObjectPermission
from projects.services.deletion import project_delete
from projects.services.projects import project_create

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
MaxQueries = Callable[[int], AbstractContextManager[object]]
OUTSIDE = "gil@agency.example"


def sees(user: User, project: Project) -> bool:
    forget_roles(user)
    return bool(Project.objects.visible_to(user).filter(pk=project.pk).exists())


def may_run(user: User, project: Project) -> bool:
    forget_roles(user)
    project.refresh_from_db()
    return user.has_perm("projects.run_execution", project)


@pytest.fixture
def private(project: Project) -> Project:
    return project_set_private(project=project, is_private=True, user=None)


def invited(**values: Any) -> Invitation:
    """The invitation by which somebody gets access."""
    given = access_give(**values)
    assert isinstance(given, InvitedGrant)
    return given.invitation


def accepted(project: Project, email: str = OUTSIDE, level: str = Level.VIEW) -> User:
    """A guest who was invited to the project and accepted."""
    invitation = invited(project=project, email=email, level=level, user=None)
    guest = User.objects.filter(email=email).first() or UserFactory(email=email)
    invitation_accept(invitation=invitation, user=guest)
    return guest


def test_a_private_project_hides_from_all_but_admins_owners_and_its_creator(
    organization: Organization, owner: User, admin: User, member: User, viewer: User
) -> None:
    project = project_create(organization=organization, user=member, name="Secret", instructions="Find the price, now.")
    project_set_private(project=project, is_private=True, user=admin)
    assert [sees(user, project) for user in (owner, admin, member, viewer)] == [True, True, True, False]
    assert may_run(member, project)
    entry = AuditEntry.objects.get(event="project.visibility_changed")
    assert entry.changes == {"private": [False, True]}
    project_set_private(project=project, is_private=False, user=admin)
    assert sees(viewer, project)


def test_a_creator_who_has_left_gets_no_grant(organization: Organization, member: User) -> None:
    project = project_create(organization=organization, user=member, name="Secret", instructions="Find the price, now.")
    member_leave(organization=organization, user=member)
    project_set_private(project=project, is_private=True, user=None)
    assert not sees(member, project)


def test_only_admins_and_owners_set_the_flag_and_grants(private: Project, member: User, viewer: User) -> None:
    grant_set(project=private, person=member, level=Level.WORK, user=None)
    for act in (
        lambda: project_set_private(project=private, is_private=False, user=member),
        lambda: grant_set(project=private, person=viewer, level=Level.VIEW, user=member),
        lambda: grant_remove(project=private, person=member, user=member),
        lambda: access_give(project=private, email=OUTSIDE, level=Level.VIEW, user=member),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_grant_says_what_one_may_whatever_the_role(private: Project, admin: User, member: User, viewer: User) -> None:
    grant_set(project=private, person=viewer, level=Level.WORK, user=admin)
    grant_set(project=private, person=member, level=Level.VIEW, user=admin)
    assert (may_run(viewer, private), may_run(member, private)) == (True, False)
    before = ProjectUserObjectPermission.objects.get(user=viewer)
    grant_set(project=private, person=viewer, level=Level.VIEW, user=admin)
    assert (sees(viewer, private), may_run(viewer, private)) == (True, False)
    assert ProjectUserObjectPermission.objects.get(user=viewer) == before, "It is the same grant, changed."
    grant_remove(project=private, person=viewer, user=admin)
    grant_remove(project=private, person=viewer, user=admin)
    assert not sees(viewer, private)
    events = AuditEntry.objects.filter(subject_kind="guest").order_by("timestamp", "id")
    assert list(events.values_list("event", flat=True)) == [
        "guest.granted",
        "guest.granted",
        "guest.changed",
        "guest.removed",
    ]


def test_a_grant_ends_with_the_membership(private: Project, admin: User, member: User, stranger: User) -> None:
    other = ProjectFactory(organization=Membership.objects.get(user=stranger).organization, is_private=True)
    MembershipFactory(organization=other.organization, user=member)
    for project in (private, other):
        grant_set(project=project, person=member, level=Level.WORK, user=None)
    member_remove(membership=Membership.objects.get(user=member, organization=private.organization), user=admin)
    assert (sees(member, private), sees(member, other)) == (False, True)
    MembershipFactory(organization=private.organization, user=member)
    assert not sees(member, private)


def test_nobody_outside_is_granted_anything(private: Project, stranger: User) -> None:
    with pytest.raises(InvalidInput, match="Invite them as a guest"):
        grant_set(project=private, person=stranger, level=Level.VIEW, user=None)
    with pytest.raises(InvalidInput, match="view or work"):
        access_give(project=private, email=OUTSIDE, level="delete", user=None)
    with pytest.raises(InvalidInput) as refused:
        access_give(project=private, email="nobody", level=Level.VIEW, user=None)
    assert refused.value.details[0].path == "email"


def test_a_member_gets_access_by_their_address_at_once(private: Project, admin: User, viewer: User) -> None:
    given = access_give(project=private, email=viewer.email.upper(), level=Level.VIEW, user=admin)
    assert isinstance(given, ProjectUserObjectPermission)
    assert sees(viewer, private)
    assert not Invitation.objects.exists()


def test_somebody_new_is_invited_as_a_guest_and_sees_that_project_only(private: Project, admin: User) -> None:
    another = ProjectFactory(organization=private.organization)
    invitation = invited(project=private, email=OUTSIDE, level=Level.WORK, user=admin)
    guest = UserFactory(email=OUTSIDE)
    assert not sees(guest, private)
    invitation_accept(invitation=invitation, user=guest)
    assert (sees(guest, private), may_run(guest, private), sees(guest, another)) == (True, True, False)
    assert Guest.objects.get(user=guest).invited_by == admin
    assert not Membership.objects.filter(user=guest).exists()


def test_one_invitation_carries_several_projects_and_keeps_them_when_sent_again(private: Project, admin: User) -> None:
    another = ProjectFactory(organization=private.organization)
    first = invited(project=private, email=OUTSIDE, level=Level.VIEW, user=admin)
    assert invited(project=another, email=OUTSIDE, level=Level.VIEW, user=admin) == first
    access_give(project=another, email=OUTSIDE, level=Level.WORK, user=admin)
    Invitation.objects.update(expires_at=timezone.now())
    third = ProjectFactory(organization=private.organization)
    again = invited(project=third, email=OUTSIDE, level=Level.VIEW, user=admin)
    assert again != first
    again = invitation_resend(invitation=again, user=admin)
    guest = UserFactory(email=OUTSIDE)
    invitation_accept(invitation=again, user=guest)
    assert [sees(guest, one) for one in (private, another, third)] == [True] * 3
    assert (may_run(guest, private), may_run(guest, another)) == (False, True)


def test_who_is_invited_anew_after_a_week_gets_what_was_promised(private: Project, admin: User) -> None:
    access_give(project=private, email=OUTSIDE, level=Level.VIEW, user=admin)
    Invitation.objects.update(expires_at=timezone.now())
    [again] = invitations_create(organization=private.organization, emails=[OUTSIDE], role=Role.VIEWER, user=admin)
    person = UserFactory(email=OUTSIDE)
    invitation_accept(invitation=again, user=person)
    assert sees(person, private)


def test_what_was_taken_back_gives_nothing(private: Project, admin: User) -> None:
    another = ProjectFactory(organization=private.organization)
    invitation = invited(project=private, email=OUTSIDE, level=Level.VIEW, user=admin)
    access_give(project=another, email=OUTSIDE, level=Level.VIEW, user=admin)
    invited_grant_remove(grant=InvitedGrant.objects.get(project=another), user=admin)
    guest = UserFactory(email=OUTSIDE)
    invitation_accept(invitation=invitation, user=guest)
    assert (sees(guest, private), sees(guest, another)) == (True, False)
    revoked = invited(project=private, email="other@agency.example", level=Level.VIEW, user=admin)
    invitation_revoke(invitation=revoked, user=admin)
    assert invited(project=private, email="other@agency.example", level=Level.VIEW, user=admin) != revoked


def test_an_invited_member_gets_the_projects_as_well(private: Project, organization: Organization) -> None:
    """An invitation as a member that waits already takes the project on."""
    [waiting] = invitations_create(organization=organization, emails=[OUTSIDE], role=Role.VIEWER, user=None)
    assert invited(project=private, email=OUTSIDE, level=Level.WORK, user=None) == waiting
    person = UserFactory(email=OUTSIDE)
    invitation_accept(invitation=waiting, user=person)
    assert Membership.objects.get(user=person).role == Role.VIEWER
    assert may_run(person, private)


def test_a_guest_whose_last_grant_ends_is_none_any_more(private: Project) -> None:
    another = ProjectFactory(organization=private.organization)
    guest = accepted(private)
    grant_set(project=another, person=guest, level=Level.VIEW, user=None)
    grant_remove(project=another, person=guest, user=None)
    assert Guest.objects.exists()
    grant_remove(project=private, person=guest, user=None)
    assert not Guest.objects.exists()
    assert not Organization.objects.visible_to(guest).exists()


def test_a_guest_whose_only_project_is_deleted_is_none_any_more(private: Project, admin: User) -> None:
    another = ProjectFactory(organization=private.organization)
    only, also = accepted(private), accepted(private, "both@agency.example")
    grant_set(project=another, person=also, level=Level.VIEW, user=None)
    member = MembershipFactory(organization=private.organization).user
    grant_set(project=private, person=member, level=Level.VIEW, user=None)
    project_delete(project=private, user=admin)
    assert list(Guest.objects.values_list("user", flat=True)) == [also.pk]
    assert not Organization.objects.visible_to(only).exists()
    assert sees(also, another)
    assert Membership.objects.filter(user=member).exists()
    assert not ProjectUserObjectPermission.objects.filter(content_object=private).exists()
    entry = AuditEntry.objects.get(event="guest.removed")
    assert (entry.actor_id, entry.object_pk) == (admin.pk, str(only.pk))


def test_an_invitation_to_a_deleted_project_alone_is_withdrawn(private: Project, organization: Organization) -> None:
    another = ProjectFactory(organization=organization)
    only = invited(project=private, email=OUTSIDE, level=Level.VIEW, user=None)
    both = invited(project=private, email="both@agency.example", level=Level.VIEW, user=None)
    invited(project=another, email="both@agency.example", level=Level.VIEW, user=None)
    [member] = invitations_create(
        organization=organization, emails=["new@northlight.example"], role=Role.MEMBER, user=None
    )
    invited(project=private, email="new@northlight.example", level=Level.WORK, user=None)
    project_delete(project=private, user=None)
    assert set(Invitation.objects.pending()) == {both, member}
    only.refresh_from_db()
    assert only.ending == Ending.REVOKED
    assert AuditEntry.objects.filter(event="invitation.revoked").count() == 1
    with pytest.raises(InvalidState, match="taken back"):
        invitation_accept(invitation=only, user=UserFactory(email=OUTSIDE))


def test_an_invitation_of_a_guest_to_nothing_more_is_withdrawn(private: Project, admin: User) -> None:
    another = ProjectFactory(organization=private.organization)
    invitation = invited(project=private, email=OUTSIDE, level=Level.VIEW, user=admin)
    invited(project=another, email=OUTSIDE, level=Level.VIEW, user=admin)
    for project, waiting in ((private, True), (another, False)):
        grant = InvitedGrant.objects.get(project=project)
        for _ in range(2):
            invited_grant_remove(grant=grant, user=admin)
        assert Invitation.objects.pending().filter(pk=invitation.pk).exists() is waiting


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets only one write at a time")
def test_who_accepts_while_the_project_goes_is_no_guest_of_nothing(private: Project) -> None:
    invitation = invited(project=private, email=OUTSIDE, level=Level.VIEW, user=None)
    person = UserFactory(email=OUTSIDE)
    answer = overtaken(
        lambda: project_delete(project=private, user=None),
        lambda: invitation_accept(invitation=invitation, user=person),
    )
    assert isinstance(answer, InvalidState)
    assert not Guest.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets only one write at a time")
def test_nobody_is_granted_a_project_that_goes(private: Project, member: User) -> None:
    answer = overtaken(
        lambda: project_delete(project=private, user=None),
        lambda: grant_set(project=private, person=member, level=Level.VIEW, user=None),
    )
    assert isinstance(answer, InvalidState)
    assert not ProjectUserObjectPermission.objects.exists()


def test_what_was_left_of_deleted_projects_is_cleared(private: Project, organization: Organization) -> None:
    """As it was before guests ended with their projects."""
    clear = import_module("projects.migrations.0012_guests_of_nothing").clear
    deleted = ProjectFactory(organization=organization, is_deleted=True)
    empty, also = (GuestFactory(organization=organization).user for _ in range(2))
    for user, project in ((empty, deleted), (also, deleted), (also, private)):
        assign_perm("projects.view", user, project)
    waiting = invited(project=private, email=OUTSIDE, level=Level.VIEW, user=None)
    promised_nothing = InvitationFactory(organization=organization, role=GUEST)
    as_member = InvitationFactory(organization=organization)
    InvitedGrant.objects.create(invitation=promised_nothing, project=deleted, level=Level.VIEW)
    clear(apps, None)
    assert list(Guest.objects.values_list("user", flat=True)) == [also.pk]
    assert set(Invitation.objects.pending()) == {waiting, as_member}
    assert ProjectUserObjectPermission.objects.get().content_object == private


def test_the_page_gives_changes_and_takes_access(
    client_for: ClientFor, private: Project, admin: User, viewer: User
) -> None:
    browser, page = client_for(admin), f"/o/northlight/projects/{private.pk}/people/"
    browser.post(page + "give/", {"email": viewer.email, "level": "view"})
    browser.post(page + "give/", {"email": OUTSIDE, "level": "work"})
    text = browser.get(page).text
    assert viewer.email in text
    assert OUTSIDE in text
    browser.post(f"{page}{viewer.pk}/", {"level": "work"})
    assert may_run(viewer, private)
    browser.post(f"{page}{viewer.pk}/", {"level": "none"})
    assert not sees(viewer, private)
    assert browser.post(f"{page}{viewer.pk}/", {"level": "work"}).status_code == 404
    response = browser.post(page + "give/", {"email": "nobody", "level": "view"})
    assert (response.status_code, "nobody" in response.text) == (422, True)
    browser.post(f"{page}invited/{InvitedGrant.objects.get().pk}/")
    assert not InvitedGrant.objects.exists()
    browser.post(page + "visibility/", {"private": "no"})
    assert sees(viewer, private)


def test_members_read_the_page_and_are_offered_nothing(client_for: ClientFor, project: Project, member: User) -> None:
    access_give(project=project, email=OUTSIDE, level=Level.VIEW, user=None)
    text = client_for(member).get(f"/o/northlight/projects/{project.pk}/people/").text
    assert "Give access" not in text
    assert "Make private" not in text
    assert OUTSIDE not in text


def test_the_page_asks_the_same_number_of_queries_for_any_number_of_people(
    client_for: ClientFor, project: Project, admin: User, django_assert_max_num_queries: MaxQueries
) -> None:
    for place in MembershipFactory.create_batch(8, organization=project.organization):
        grant_set(project=project, person=place.user, level=Level.VIEW, user=None)
    for number in range(5):
        access_give(project=project, email=f"g{number}@agency.example", level=Level.VIEW, user=None)
    browser = client_for(admin)
    with django_assert_max_num_queries(10):
        browser.get(f"/o/northlight/projects/{project.pk}/people/")


def test_a_project_is_private_from_its_beginning(client_for: ClientFor, admin: User, member: User) -> None:
    given = {"name": "Secret", "instructions": "Find the price, now.", "is_private": "on"}
    client_for(admin).post("/o/northlight/projects/new/", given)
    project = Project.objects.get(name="Secret")
    assert (project.is_private, sees(member, project)) == (True, False)
    grant_set(project=project, person=member, level=Level.VIEW, user=admin)
    assert "is_private" not in client_for(member).get("/o/northlight/projects/new/").text
    client_for(member).post("/o/northlight/projects/new/", {**given, "name": "Open"})
    assert not Project.objects.get(name="Open").is_private
    with pytest.raises(PermissionDenied):
        project_create(
            organization=project.organization, user=member, name="No", instructions="x" * 20, is_private=True
        )
