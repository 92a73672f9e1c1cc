"""The permission table, role by role, on organizations and projects."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from guardian.shortcuts import assign_perm

from accounts.models import Organization, Role, User
from accounts.permissions import forget_roles, require, roles_of
from accounts.signing_in.scope import SessionScope
from mino.tests.factories import GuestFactory, MembershipFactory, ProjectFactory, UserFactory
from projects.models import Project
from projects.models.project import grants_of

pytestmark = pytest.mark.django_db
ORGANIZATION = {
    "view": "viewer",
    "create_project": "member",
    "change_tags": "member",
    "manage_members": "admin",
    "change_roles": "admin",
    "manage_settings": "admin",
    "manage_credentials": "admin",
    "manage_webhooks": "admin",
    "view_audit": "admin",
    "view_usage": "admin",
    "view_api_keys": "admin",
    "manage_api_keys": "owner",
    "manage_sso": "owner",
    "manage_billing": "owner",
    "delete": "owner",
}
PROJECT = {
    "view": "viewer",
    "view_results": "viewer",
    "export_data": "viewer",
    "change": "member",
    "run_execution": "member",
    "change_ground_truth": "member",
    "delete": "admin",
}
ORDER = [role.value for role in Role]


@pytest.mark.parametrize("role", ORDER)
def test_each_role_may_do_what_the_table_says(role: str, organization: Organization, project: Project) -> None:
    user = UserFactory()
    MembershipFactory(organization=organization, user=user, role=role)
    for subject, label, table in ((organization, "accounts", ORGANIZATION), (project, "projects", PROJECT)):
        may = {name for name in table if user.has_perm(f"{label}.{name}", subject)}
        assert may == {name for name, least in table.items() if ORDER.index(role) >= ORDER.index(least)}


def test_strangers_anonymous_and_superusers_may_do_nothing(
    stranger: User, organization: Organization, project: Project
) -> None:
    superuser = User.objects.create_superuser("staff@mino.example", "x")
    for user in (stranger, superuser, AnonymousUser()):
        assert not any(user.has_perm(f"accounts.{name}", organization) for name in ORGANIZATION)
        assert not any(user.has_perm(f"projects.{name}", project) for name in PROJECT)
        assert not Project.objects.visible_to(user).exists()
    assert superuser.has_perm("projects.view")


def test_a_private_project_is_for_admins_owners_and_grants(
    organization: Organization, owner: User, admin: User, member: User, viewer: User
) -> None:
    private = ProjectFactory(organization=organization, is_private=True)
    assert all(user.has_perm("projects.change", private) for user in (owner, admin))
    assert not member.has_perm("projects.view", private)
    assert private not in Project.objects.visible_to(member)
    assign_perm("projects.work", viewer, private)
    assign_perm("projects.view", member, private)
    for user in (viewer, member):
        forget_roles(user)
        assert private in Project.objects.visible_to(user)
    assert viewer.has_perm("projects.run_execution", private)
    assert not member.has_perm("projects.run_execution", private)
    assert not viewer.has_perm("projects.delete", private)


def test_a_list_of_projects_asks_for_role_and_grants_once(
    member: User, organization: Organization, django_assert_num_queries: object
) -> None:
    ProjectFactory.create_batch(5, organization=organization)
    with django_assert_num_queries(3):  # type: ignore[operator]
        for project in Project.objects.visible_to(member):
            member.has_perm("projects.change", project)


def test_an_inactive_user_may_do_nothing(member: User, project: Project) -> None:
    member.is_active = False
    assert not member.has_perm("projects.view", project)


def test_a_refusal_says_what_to_do(viewer: User, project: Project) -> None:
    with pytest.raises(PermissionDenied, match="Ask an admin"):
        require(viewer, "projects.change", project)


def test_only_rules_for_signing_in_cost_a_further_question(member: User, organization: Organization) -> None:
    member.session_scope = SessionScope()
    elsewhere = MembershipFactory(user=member, role=Role.VIEWER).organization
    with CaptureQueriesContext(connection) as plain:
        assert roles_of(member) == {organization.pk: "member", elsewhere.pk: "viewer"}
    assert len(plain.captured_queries) == 1
    Organization.objects.filter(pk=elsewhere.pk).update(requires_second_factor=True)
    forget_roles(member)
    with CaptureQueriesContext(connection) as asked:
        assert roles_of(member) == {organization.pk: "member"}
    assert "mfa_authenticator" in asked.captured_queries[-1]["sql"]
    Organization.objects.filter(pk=organization.pk).update(deleted_at=timezone.now())
    forget_roles(member)
    assert roles_of(member) == {}


def test_a_grant_without_a_place_opens_nothing(stranger: User, organization: Organization) -> None:
    project = ProjectFactory(organization=organization, is_private=True)
    assign_perm("view", stranger, project)
    assert grants_of(stranger) == {}
    GuestFactory(organization=organization, user=stranger)
    forget_roles(stranger)
    assert grants_of(stranger) == {project.pk: "view"}
