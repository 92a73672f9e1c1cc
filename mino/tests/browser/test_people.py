"""Inviting and joining, in a real browser."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.models import Membership, Organization, Role, User
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import GuestFactory, MembershipFactory, OrganizationFactory
from projects.access.granting import access_give
from projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_admin_invites_somebody_who_signs_up_and_gets_another_role(
    page: Page, organization: Organization, admin: User, viewer: User, sign_in: SignIn
) -> None:
    GuestFactory(organization=organization, user__name="Gil Guest", invited_by=admin)
    sign_in(admin)
    page.goto(f"/o/{organization.slug}/settings/people/")
    assert_looks_right(page, "people-managed")
    page.get_by_role("link", name="Guests 1").click()
    assert_looks_right(page, "people-guests")
    page.get_by_role("link", name="Invite people").click()
    page.get_by_label("E-mail addresses").fill("nia@northlight.example")
    assert_looks_right(page, "people-invite")
    page.get_by_role("button", name="Send invitations").click()
    expect(page.get_by_role("list").filter(has_text="nia@northlight.example")).to_be_visible()
    assert_looks_right(page, "people-invitations")

    found = re.search(r"(/invitations/\S+)", str(mail.outbox[-1].body))
    assert found
    page.goto(found[1])
    expect(page.get_by_text("for another address")).to_be_visible()
    assert_looks_right(page, "invitation-of-another")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Create an account and join")).to_be_visible()
    assert_looks_right(page, "invitation")
    page.get_by_role("link", name="Create an account and join").click()
    page.get_by_label("Your name").fill("Nia New")
    page.get_by_label("Password", exact=True).fill("a long enough one")
    assert_looks_right(page, "invitation-sign-up")
    page.get_by_label("I agree to the terms").check()
    page.get_by_role("button", name="Create account and join").click()
    expect(page).to_have_url(re.compile(f"/o/{organization.slug}/$"))

    sign_in(admin)
    page.goto(f"/o/{organization.slug}/settings/people/")
    page.get_by_role("link", name="Nia New").click()
    assert_looks_right(page, "people-member")
    page.get_by_role("radio", name=re.compile("Viewer")).check()
    page.get_by_role("button", name="Save role").click()
    expect(page.get_by_role("row", name=re.compile("Nia New.*Viewer"))).to_be_visible()
    assert Membership.objects.get(user__email="nia@northlight.example").role == Role.VIEWER


def test_an_owner_gives_a_guest_a_project_and_deletes_the_organization(
    page: Page, project: Project, owner: User, viewer: User, sign_in: SignIn
) -> None:
    organization = project.organization
    access_give(project=project, email="gil@agency.example", level="view", user=owner)
    sign_in(owner)
    page.goto(f"/o/{organization.slug}/projects/{project.pk}/people/")
    page.get_by_label("E-mail address").fill(viewer.email)
    page.get_by_role("radio", name=re.compile("Work")).check()
    page.get_by_role("button", name="Give access").click()
    page.get_by_role("button", name="Make private").click()
    expect(page.get_by_role("heading", name="Private", exact=True)).to_be_visible()
    assert_looks_right(page, "project-people")
    page.get_by_role("link", name="Organization", exact=True).click()
    page.get_by_role("link", name="Run defaults").click()
    assert_looks_right(page, "run-defaults")
    page.get_by_role("link", name="General").click()
    page.get_by_label("Short name").fill("Not Good")
    page.get_by_role("button", name="Save").click()
    assert_looks_right(page, "organization-settings")
    page.get_by_role("link", name="Delete organization").click()
    page.get_by_label("Type the name to confirm").fill(organization.name)
    assert_looks_right(page, "organization-delete")
    page.get_by_role("button", name="Delete organization").click()
    expect(page.get_by_role("heading", name="Create your organization")).to_be_visible()


def test_who_is_refused_goes_on_to_where_they_may(
    page: Page, complaints: Complaints, organization: Organization, viewer: User, sign_in: SignIn
) -> None:
    second = OrganizationFactory(name="Second home", slug="second")
    MembershipFactory(user=viewer, organization=second)
    complaints.expect("status of 403")
    sign_in(viewer)
    page.goto(f"/o/{organization.slug}/settings/usage/")
    assert_looks_right(page, "refused")
    page.get_by_role("link", name="Second home").click()
    expect(page).to_have_url(re.compile("/o/second/$"))
    page.go_back()
    page.get_by_role("link", name=f"Back to {organization.name}").click()
    expect(page).to_have_url(re.compile(f"/o/{organization.slug}/$"))
