"""Members in Django admin: staff may do there what an owner may, and no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, Channel, Membership, Organization, Role, User
from mino.tests.factories import PASSWORD, add_second_factor

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/membership/"
Act = Callable[[str, User], str]


@pytest.fixture
def staff(client_for: Callable[[User], Client]) -> Client:
    return client_for(add_second_factor(User.objects.create_superuser("staff@mino.example", PASSWORD)))


@pytest.fixture
def act(staff: Client, organization: Organization) -> Act:
    """Do an action of the list to somebody; answers the page."""

    def do(action: str, person: User) -> str:
        chosen = Membership.objects.get(organization=organization, user=person).pk
        return staff.post(LIST, {"action": action, "_selected_action": [str(chosen)]}, follow=True).text

    return do


def role_of(person: User) -> str | None:
    return Membership.objects.filter(user=person).values_list("role", flat=True).first()


@pytest.mark.parametrize("action", ["remove", "make_admin"])
def test_staff_can_not_take_the_last_owner_away(act: Act, owner: User, action: str) -> None:
    assert "needs an owner, and there is no other" in act(action, owner)
    assert role_of(owner) == Role.OWNER
    assert not AuditEntry.objects.exists()


def test_staff_give_roles_and_end_memberships_by_the_services(
    act: Act, organization: Organization, owner: User, member: User
) -> None:
    assert "is owner now" in act("make_owner", member)
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.organization, entry.channel) == ("member.role_changed", organization, Channel.ADMIN)
    assert entry.actor_email == "staff@mino.example"
    assert "is removed" in act("remove", owner)
    assert (role_of(member), role_of(owner)) == (Role.OWNER, None)
    assert AuditEntry.objects.filter(event="member.removed").exists()


def test_the_page_of_an_organization_leads_to_its_members_and_changes_none(
    staff: Client, organization: Organization, owner: User, stranger: User
) -> None:
    page = f"/admin/accounts/organization/{organization.pk}/change/"
    link = f"{LIST}?organization__id__exact={organization.pk}"
    assert link in staff.get(page).text
    listed = staff.get(link).text
    assert owner.email in listed
    assert stranger.email not in listed
    given = {"name": organization.name, "slug": "taken-away", "plan": organization.plan}
    assert staff.post(page, given).status_code == 302
    organization.refresh_from_db()
    assert organization.slug == "northlight", "Old short names lead on; only the service does that."
    assert staff.get("/admin/accounts/organization/add/").status_code == 403, "It would have no owner."


def test_staff_let_somebody_in(staff: Client, organization: Organization, stranger: User) -> None:
    given = {"organization": organization.pk, "user": stranger.pk, "role": Role.OWNER}
    assert staff.get(f"{LIST}add/").status_code == 200
    assert staff.post(f"{LIST}add/", given).status_code == 302
    made = Membership.objects.get(organization=organization, user=stranger)
    assert (made.role, made.joined_at is not None) == (Role.OWNER, True)
    assert AuditEntry.objects.get(event="member.added").object_pk == str(made.pk)
    assert staff.post(f"{LIST}add/", given).status_code == 200, "Once is enough."


def test_nobody_is_let_in_to_what_is_deleted(staff: Client, organization: Organization, stranger: User) -> None:
    Organization.objects.filter(pk=organization.pk).update(deleted_at=organization.created_at)
    given = {"organization": organization.pk, "user": stranger.pk, "role": Role.OWNER}
    assert "Restore it first" in staff.post(f"{LIST}add/", given).text
    assert not Membership.objects.filter(organization=organization, user=stranger).exists()
