"""A right that is taken away while somebody uses it counts no more: services ask again under the lock."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import api_key_create, api_key_revoke, api_key_rotate
from accounts.limits.asking import plan_request_create
from accounts.members.holding import organization_held
from accounts.members.roles import role_change
from accounts.models import (
    ApiKey,
    EmailDomain,
    IdentityProvider,
    Membership,
    Organization,
    Plan,
    PlanRequest,
    Role,
    User,
)
from accounts.organizations.deletion import organization_delete
from accounts.privacy.erasing import erasure_request
from accounts.services import organization_create
from accounts.sso.domains import email_domain_add
from accounts.sso.joining import newcomer_join
from executions.defaults.services import defaults_set
from executions.models import ExecutionDefaults
from mino.common.errors import Forbidden, InvalidState
from mino.tests.factories import UserFactory
from mino.tests.races import overtaken

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets only one write at a time"),
]
Act = Callable[[Organization, User, ApiKey], object]
ACTS: dict[str, Act] = {
    "create": lambda organization, user, key: api_key_create(
        organization=organization, user=user, name="Late", scopes=[Scope.READ_PROJECTS]
    ),
    "rotate": lambda organization, user, key: api_key_rotate(api_key=key, user=user),
    "revoke": lambda organization, user, key: api_key_revoke(api_key=key, user=user),
}
OTHERS: dict[str, Callable[[Organization, User], object]] = {
    "domain": lambda organization, user: email_domain_add(organization=organization, user=user, domain="new.example"),
    "plan": lambda organization, user: plan_request_create(
        organization=organization, user=user, plan=Plan.FREE, message=""
    ),
}


def demote(user: User, role: str) -> Callable[[], object]:
    """Gives the user another role."""
    return lambda: role_change(membership=Membership.objects.get(user=user), role=role, user=None)


def remembering(user: User, permission: str, organization: Organization) -> User:
    """The user as a request has them, who was asked for the permission before, and has it."""
    fresh = User.objects.get(pk=user.pk)
    assert fresh.has_perm(permission, organization)
    return fresh


@pytest.fixture
def provider(organization: Organization) -> IdentityProvider:
    """A provider all of whose people are let in."""
    return IdentityProvider.objects.create(
        organization=organization, protocol="openid", name="ID", issuer="https://id.example", joins_as=Role.MEMBER
    )


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_owner_who_is_one_no_more_touches_no_key(
    act: Act, organization: Organization, owner: User, admin: User
) -> None:
    Membership.objects.filter(user=admin).update(role=Role.OWNER)
    key = api_key_create(organization=organization, user=None, name="CI", scopes=[Scope.READ_PROJECTS]).api_key
    user = remembering(owner, "accounts.manage_api_keys", organization)
    answer = overtaken(demote(owner, Role.ADMIN), lambda: act(organization, user, key))
    assert isinstance(answer, PermissionDenied)
    only = ApiKey.objects.get()
    assert (only.status, only.replaced_by) == ("active", None)


@pytest.mark.parametrize("act", OTHERS.values(), ids=OTHERS)
def test_an_owner_who_is_one_no_more_names_no_domain_and_asks_for_no_plan(
    act: Callable[[Organization, User], object], organization: Organization, owner: User, admin: User
) -> None:
    Membership.objects.filter(user=admin).update(role=Role.OWNER)
    user = remembering(owner, "accounts.manage_sso", organization)
    answer = overtaken(demote(owner, Role.ADMIN), lambda: act(organization, user))
    assert isinstance(answer, PermissionDenied)
    assert not EmailDomain.objects.exists()
    assert not PlanRequest.objects.exists()


def test_an_admin_who_is_one_no_more_sets_no_defaults(organization: Organization, admin: User) -> None:
    user = remembering(admin, "accounts.manage_settings", organization)
    answer = overtaken(demote(admin, Role.MEMBER), lambda: defaults_set(organization=organization, user=user))
    assert isinstance(answer, PermissionDenied)
    assert not ExecutionDefaults.objects.exists()


def test_a_newcomer_finds_the_door_closed(organization: Organization, provider: IdentityProvider) -> None:
    def close() -> None:
        organization_held(organization)
        IdentityProvider.objects.update(joins_as="")

    newcomer = UserFactory()
    answer = overtaken(close, lambda: newcomer_join(user=newcomer, provider=provider))
    assert isinstance(answer, Forbidden)
    assert not Membership.objects.exists()


def test_a_newcomer_gets_the_role_that_is_given_now(organization: Organization, provider: IdentityProvider) -> None:
    def change() -> None:
        organization_held(organization)
        IdentityProvider.objects.update(joins_as=Role.VIEWER)

    newcomer = UserFactory()
    overtaken(change, lambda: newcomer_join(user=newcomer, provider=provider))
    assert Membership.objects.get(user=newcomer).role == Role.VIEWER


def test_nobody_joins_an_organization_that_is_gone(organization: Organization, provider: IdentityProvider) -> None:
    answer = overtaken(
        lambda: organization_delete(organization=organization, user=None),
        lambda: newcomer_join(user=UserFactory(), provider=provider),
    )
    assert isinstance(answer, InvalidState)
    assert not Membership.objects.exists()


def test_an_account_on_its_way_out_becomes_no_owner(db: None) -> None:
    leaving = UserFactory()
    answer = overtaken(
        lambda: erasure_request(leaving), lambda: organization_create(name="New", slug="new", owner=leaving)
    )
    assert isinstance(answer, InvalidState)
    assert not Organization.objects.exists()


def test_nor_does_an_owner_leave_whose_new_organization_nobody_else_owns(db: None) -> None:
    owner = UserFactory()
    answer = overtaken(lambda: organization_create(name="New", slug="new", owner=owner), lambda: erasure_request(owner))
    assert isinstance(answer, InvalidState)
    assert User.objects.get(pk=owner.pk).erasure_due_at is None
