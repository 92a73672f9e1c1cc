"""Roles, leaving and handing over."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections

from accounts.members.roles import guest_remove, member_leave, member_remove, ownership_transfer, role_change
from accounts.models import AuditEntry, Guest, Membership, Organization, Role, User
from accounts.permissions import forget_roles
from mino.common.errors import Forbidden, InvalidInput, InvalidState
from mino.tests.factories import GuestFactory, MembershipFactory, ProjectFactory
from projects.models import Project

pytestmark = pytest.mark.django_db


def place(user: User) -> Membership:
    return Membership.objects.get(user=user)


def test_an_admin_changes_the_role_of_a_member(admin: User, member: User) -> None:
    role_change(membership=place(member), role=Role.ADMIN, user=admin)
    assert place(member).role == Role.ADMIN
    entry = AuditEntry.objects.get(event="member.role_changed")
    assert (entry.actor_id, entry.changes) == (admin.pk, {"role": ["member", "admin"]})


def test_the_role_that_one_has_changes_nothing(admin: User, member: User) -> None:
    role_change(membership=place(member), role=Role.MEMBER, user=admin)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("role", ["guest", "", "superuser"])
def test_what_is_no_role_is_refused(owner: User, member: User, role: str) -> None:
    with pytest.raises(InvalidInput):
        role_change(membership=place(member), role=role, user=owner)


def test_an_admin_neither_makes_nor_touches_an_owner(admin: User, member: User, owner: User) -> None:
    for act in (
        lambda: role_change(membership=place(member), role=Role.OWNER, user=admin),
        lambda: role_change(membership=place(owner), role=Role.VIEWER, user=admin),
        lambda: member_remove(membership=place(owner), user=admin),
    ):
        with pytest.raises(Forbidden):
            act()
    assert (place(member).role, place(owner).role) == (Role.MEMBER, Role.OWNER)


def test_members_change_no_roles_and_remove_nobody(member: User, viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        role_change(membership=place(viewer), role=Role.MEMBER, user=member)
    with pytest.raises(PermissionDenied):
        member_remove(membership=place(viewer), user=member)


def test_the_last_owner_stays(owner: User, admin: User, organization: Organization) -> None:
    switched_off = MembershipFactory(organization=organization, role=Role.OWNER).user
    User.objects.filter(pk=switched_off.pk).update(is_active=False)
    for act in (
        lambda: role_change(membership=place(owner), role=Role.ADMIN, user=owner),
        lambda: member_remove(membership=place(owner), user=owner),
        lambda: member_leave(organization=organization, user=owner),
    ):
        with pytest.raises(InvalidState, match="needs an owner"):
            act()
    role_change(membership=place(admin), role=Role.OWNER, user=owner)
    member_leave(organization=organization, user=owner)
    assert not Membership.objects.filter(user=owner).exists()


def test_a_right_that_was_taken_away_meanwhile_no_longer_counts(admin: User, member: User, owner: User) -> None:
    assert admin.has_perm("accounts.manage_members", place(admin).organization)  # and the object remembers it
    Membership.objects.filter(user=admin).update(role=Role.VIEWER)
    with pytest.raises(PermissionDenied):
        member_remove(membership=place(member), user=admin)


def test_who_is_removed_sees_nothing_any_more(admin: User, member: User, project: Project) -> None:
    assert project in Project.objects.visible_to(member)
    member_remove(membership=place(member), user=admin)
    forget_roles(member)
    assert project not in Project.objects.visible_to(member)
    assert project.organization not in Organization.objects.visible_to(member)
    entry = AuditEntry.objects.get(event="member.removed")
    assert entry.changes == {"person": [member.email, None], "role": ["member", None]}


def test_removing_or_leaving_twice_changes_nothing(admin: User, member: User, organization: Organization) -> None:
    found = place(member)
    member_remove(membership=found, user=admin)
    member_remove(membership=found, user=admin)
    member_leave(organization=organization, user=member)
    assert AuditEntry.objects.filter(subject_kind="member").count() == 1
    with pytest.raises(InvalidState):
        role_change(membership=found, role=Role.ADMIN, user=admin)


def test_ownership_is_handed_over(owner: User, member: User, admin: User) -> None:
    with pytest.raises(PermissionDenied):
        ownership_transfer(membership=place(member), user=admin)
    ownership_transfer(membership=place(member), user=owner)
    assert (place(member).role, place(owner).role) == (Role.OWNER, Role.ADMIN)
    assert AuditEntry.objects.get(event="member.ownership_transferred").changes["owner"] == [owner.email, member.email]


def test_nobody_owns_it_whose_account_is_switched_off(owner: User, member: User) -> None:
    User.objects.filter(pk=member.pk).update(is_active=False)
    with pytest.raises(InvalidState):
        ownership_transfer(membership=place(member), user=owner)
    assert place(owner).role == Role.OWNER


def test_a_guest_is_shown_out(admin: User, organization: Organization) -> None:
    guest = GuestFactory(organization=organization)
    assert organization in Organization.objects.visible_to(guest.user)
    ProjectFactory(organization=organization)
    assert not Project.objects.visible_to(guest.user).exists()
    guest_remove(guest=guest, user=admin)
    assert not Guest.objects.exists()
    assert organization not in Organization.objects.visible_to(guest.user)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets only one write at a time")
def test_two_owners_that_leave_at_once_leave_one(owner: User, admin: User, organization: Organization) -> None:
    Membership.objects.filter(user=admin).update(role=Role.OWNER)

    def leaving(user: User) -> Callable[[], None]:
        return lambda: member_leave(organization=organization, user=user)

    for _ in range(5):
        at_once(leaving(owner), leaving(admin))
        left = Membership.objects.filter(organization=organization, role=Role.OWNER)
        assert left.count() == 1
        missing = admin if left.get().user_id == owner.pk else owner
        MembershipFactory(organization=organization, user=missing, role=Role.OWNER)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets only one write at a time")
def test_two_owners_that_demote_each_other_at_once_leave_one(owner: User, admin: User) -> None:
    Membership.objects.filter(user=admin).update(role=Role.OWNER)
    places = {user.pk: place(user) for user in (owner, admin)}

    def demoting(by: User, other: User) -> Callable[[], None]:
        fresh = User.objects.get(pk=by.pk)
        return lambda: void(role_change(membership=places[other.pk], role=Role.MEMBER, user=fresh))

    at_once(demoting(owner, admin), demoting(admin, owner))
    assert Membership.objects.filter(role=Role.OWNER).count() == 1


def void(_: object) -> None:
    return None


def at_once(*acts: Callable[[], None]) -> None:
    """Do them in threads that begin together; what they refuse is no error here."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        barrier.wait(timeout=10)
        try:
            act()
        except (InvalidState, PermissionDenied, Forbidden):
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()
