"""API keys: their form, what they open, and how they end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.api_keys.principal import ApiKeyPrincipal
from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import MAX_KEYS, NewKey, api_key_create, api_key_revoke, api_key_rotate
from accounts.api_keys.shape import PATTERN, digests_of, is_well_formed, new_key
from accounts.models import ApiKey, AuditEntry, Organization, User
from accounts.permissions import require
from mino.common.errors import InvalidInput, InvalidState
from mino.tests.api.asking import code_of, program
from mino.tests.factories import OrganizationFactory, ProjectFactory
from projects.models import Project, Tag

DAY = timedelta(days=1)


@pytest.fixture
def make(organization: Organization, owner: User) -> Callable[..., NewKey]:
    """Makes keys of the organization."""

    def made(**values: Any) -> NewKey:
        given = {"name": "CI", "scopes": [Scope.READ_PROJECTS], "user": owner, **values}
        return api_key_create(organization=organization, **given)

    return made


def ask(text: str, keyword: str = "Bearer") -> Any:
    """The answer to a request with the key."""
    return Client().get("/api/v1/projects", headers={"Authorization": f"{keyword} {text}"})


def test_the_form_of_a_key() -> None:
    keys = {new_key() for _ in range(200)}
    assert len(keys) == 200
    for key in keys:
        assert re.fullmatch(r"mino_pk_[0-9A-Za-z]{49}", key)
        assert is_well_formed(key)
    key = keys.pop()
    for place in (8, 30, 50, 56):
        slip = key[:place] + ("a" if key[place] != "a" else "b") + key[place + 1 :]
        assert not is_well_formed(slip)
    assert not is_well_formed(key[:-1])
    assert not is_well_formed(key + "0")
    assert PATTERN.search(f"export MINO_API_KEY={key}\n")


@pytest.mark.parametrize("keyword", ["Bearer", "Token", "bearer", "TOKEN"])
def test_a_key_is_shown_once_and_kept_as_a_digest(make: Callable[..., NewKey], keyword: str) -> None:
    made = make()
    stored = ApiKey.objects.get()
    assert made.text not in {str(value) for value in vars(stored).values()}
    assert made.text.startswith(stored.prefix)
    assert len(stored.prefix) == 14
    assert stored.digest == digests_of(made.text)[0]
    assert made.text not in repr(made)
    assert ask(made.text, keyword).status_code == 200


def test_what_is_no_key(make: Callable[..., NewKey]) -> None:
    make()
    for text in ("", "x", new_key(), "mino_pk_" + "0" * 49, "é" * 57):
        response = ask(text.encode().decode("latin-1"))
        assert (response.status_code, response.json()["code"]) == (401, "INVALID_TOKEN")
        assert response["WWW-Authenticate"].startswith("Bearer")
    assert ask("eDp5", "Basic").json()["code"] == "UNAUTHORIZED"


def test_revoked_and_expired_keys_open_nothing_at_once(make: Callable[..., NewKey], owner: User) -> None:
    revoked, expired = make(), make(expires_at=timezone.now() + DAY)
    api_key_revoke(api_key=revoked.api_key, user=owner)
    first = ApiKey.objects.get(pk=revoked.api_key.pk).revoked_at
    assert api_key_revoke(api_key=revoked.api_key, user=owner).revoked_at == first
    ApiKey.objects.filter(pk=expired.api_key.pk).update(expires_at=timezone.now())
    for made, word in ((revoked, "revoked"), (expired, "expired")):
        response = ask(made.text)
        assert (response.status_code, response.json()["code"]) == (401, "INVALID_TOKEN")
        assert word in response.json()["error"]


def test_a_key_of_a_deleted_organization(make: Callable[..., NewKey]) -> None:
    made = make()
    Organization.objects.update(deleted_at=timezone.now())
    assert ask(made.text).json()["code"] == "INVALID_TOKEN"


def test_a_rotated_key_works_beside_the_new_one_for_a_day(make: Callable[..., NewKey], owner: User) -> None:
    old = make(expires_at=timezone.now() + 30 * DAY)
    new = api_key_rotate(api_key=old.api_key, user=owner)
    assert new.text != old.text
    assert (new.api_key.name, new.api_key.scopes) == (old.api_key.name, old.api_key.scopes)
    assert ask(old.text).status_code == ask(new.text).status_code == 200
    left = ApiKey.objects.get(pk=old.api_key.pk)
    assert left.expires_at is not None
    assert left.expires_at - timezone.now() <= DAY
    assert left.replaced_by == new.api_key
    with pytest.raises(InvalidState):
        api_key_rotate(api_key=old.api_key, user=owner)
    soon = make(expires_at=timezone.now() + DAY / 24)
    api_key_rotate(api_key=soon.api_key, user=owner)
    assert ApiKey.objects.get(pk=soon.api_key.pk).expires_at == soon.api_key.expires_at


def test_only_owners_make_and_end_keys(make: Callable[..., NewKey], admin: User) -> None:
    made = make()
    with pytest.raises(PermissionDenied):
        make(user=admin)
    with pytest.raises(PermissionDenied):
        api_key_revoke(api_key=made.api_key, user=admin)
    with pytest.raises(PermissionDenied):
        api_key_rotate(api_key=made.api_key, user=admin)
    assert list(ApiKey.objects.visible_to(admin)) == [made.api_key]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"project_ids": []}, "project_ids"),
        ({"expires_at": timezone.now() - DAY}, "expires_at"),
        ({"expires_at": timezone.now() + 36501 * DAY}, "expires_at"),
        ({"expires_at": datetime(9999, 12, 31, 23, tzinfo=timezone.get_fixed_timezone(-840))}, "expires_at"),
    ],
)
def test_what_can_be_no_key(make: Callable[..., NewKey], values: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make(**values)
    assert [one.path for one in refused.value.details] == [path]


def test_the_end_of_a_key_may_be_said_in_any_zone(make: Callable[..., NewKey]) -> None:
    far = timezone.now() + 36499 * DAY
    made = make(expires_at=far.astimezone(timezone.get_fixed_timezone(1439)))
    assert ApiKey.objects.get(pk=made.api_key.pk).expires_at == far


def test_the_documentation_names_every_scope() -> None:
    text = (Path(__file__).parents[3] / "docs" / "api-keys.md").read_text()
    assert re.findall(r"^\| `([a-z:_]+)` \|", text, re.MULTILINE) == Scope.values


def test_there_is_an_end_to_the_number_of_keys(make: Callable[..., NewKey]) -> None:
    first = make()
    rest = [
        ApiKey(organization=first.api_key.organization, name="x", digest=str(n), scopes=[]) for n in range(MAX_KEYS - 1)
    ]
    ApiKey.objects.bulk_create(rest)
    with pytest.raises(InvalidState):
        make()
    ApiKey.objects.filter(digest="1").update(revoked_at=timezone.now())
    make()


def test_its_use_is_noted_at_most_once_a_minute(make: Callable[..., NewKey], settings: Any) -> None:
    made = make()
    ask(made.text)
    first = ApiKey.objects.get()
    assert first.last_used_address == "127.0.0.1"
    ask(made.text)
    assert ApiKey.objects.get().last_used_at == first.last_used_at
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=1))
    ask(made.text)
    assert ApiKey.objects.filter(last_used_at__gt=first.last_used_at).exists()


def test_keys_survive_a_change_of_the_encryption_keys(make: Callable[..., NewKey], settings: Any) -> None:
    made = make()
    settings.ENCRYPTION_KEYS = [b"n" * 32, *settings.ENCRYPTION_KEYS]
    assert ask(made.text).status_code == 200
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert ask(made.text).status_code == 200
    settings.ENCRYPTION_KEYS = [b"o" * 32]
    assert ask(made.text).status_code == 401


def test_the_audit_trail_tells_of_keys_but_not_the_keys(make: Callable[..., NewKey], owner: User) -> None:
    made = make()
    new = api_key_rotate(api_key=made.api_key, user=owner)
    api_key_revoke(api_key=new.api_key, user=owner)
    entries = AuditEntry.objects.filter(subject_kind="api_key").order_by("timestamp")
    assert [one.event for one in entries] == ["api_key.created", "api_key.rotated", "api_key.revoked"]
    for one in entries:
        assert made.text not in str(vars(one))
        assert made.api_key.digest not in str(vars(one))


def test_a_key_outlives_who_made_it(make: Callable[..., NewKey], owner: User) -> None:
    made = make()
    owner.delete()
    assert ask(made.text).status_code == 200


def test_what_a_principal_sees_and_may(organization: Organization, make: Callable[..., NewKey]) -> None:
    own, private = ProjectFactory(organization=organization), ProjectFactory(organization=organization, is_private=True)
    foreign = ProjectFactory()
    every = ApiKeyPrincipal(make(scopes=list(Scope.values)).api_key)
    limited = ApiKeyPrincipal(make(scopes=list(Scope.values), project_ids=[own.pk, foreign.pk]).api_key)
    assert set(Project.objects.visible_to(every)) == {own, private}
    assert set(Project.objects.visible_to(limited)) == {own}
    for principal in (every, limited):
        assert list(Organization.objects.visible_to(principal)) == [organization]
        assert principal.has_perm("projects.change", own)
        assert not principal.has_perm("projects.change", foreign)
        assert not principal.has_perm("projects.view", foreign)
        assert not principal.has_perm("accounts.view", foreign.organization)
        assert not principal.has_perm("projects.view")
        for name in ("manage_members", "manage_api_keys", "view_api_keys", "view_audit", "manage_billing", "delete"):
            assert not principal.has_perm(f"accounts.{name}", organization)
        assert not ApiKey.objects.visible_to(principal).exists()
        assert not AuditEntry.objects.visible_to(principal).exists()
    assert every.has_perm("accounts.create_project", organization)
    assert not limited.has_perm("accounts.create_project", organization)
    assert not limited.has_perm("projects.view", private)
    Tag.objects.create(organization=organization, name="Gold", folded="gold", colour="#b98900")
    Tag.objects.create(organization=OrganizationFactory(), name="Other", folded="other", colour="#b98900")
    assert [tag.name for tag in Tag.objects.visible_to(limited)] == ["Gold"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "projects", {"name": "Kettles", "instructions": "Read the price that the page shows."}),
        ("POST", "tags", {"name": "Gold", "colour": "#b98900"}),
        ("GET", "webhooks", None),
    ],
)
def test_what_is_of_the_whole_organization_is_refused_by_the_limit_and_not_by_a_role(
    organization: Organization, project: Project, method: str, path: str, body: Any
) -> None:
    refused = program(organization, projects=[project])(method, path, body)
    assert (code_of(refused), refused.status_code) == ("FORBIDDEN", 403)
    assert refused.json()["error"].startswith("This API key is limited to projects:")


def test_what_a_key_lacks_is_said(organization: Organization, project: Project, make: Callable[..., NewKey]) -> None:
    reading = ApiKeyPrincipal(make(scopes=[Scope.READ_PROJECTS]).api_key)
    elsewhere = ApiKeyPrincipal(
        make(scopes=[Scope.WRITE_PROJECTS], project_ids=[ProjectFactory(organization=organization).pk]).api_key
    )
    for principal, permission, subject, words in (
        (reading, "projects.change", project, "the scope write:projects or write:batches"),
        (reading, "accounts.create_project", organization, "the scope write:projects"),
        (reading, "accounts.manage_members", organization, "No API key may do this"),
        (elsewhere, "projects.change", project, "limited to other projects"),
    ):
        with pytest.raises(PermissionDenied, match=words):
            require(principal, permission, subject)


@pytest.mark.parametrize("scope", Scope.values)
def test_each_scope_gives_its_own_permissions_only(
    organization: Organization, project: Project, make: Callable[..., NewKey], scope: str
) -> None:
    principal = ApiKeyPrincipal(make(scopes=[scope]).api_key)
    given = {
        name
        for name in ("change", "delete", "run_execution", "view_results", "change_ground_truth", "export_data")
        if principal.has_perm(f"projects.{name}", project)
    }
    expected = {
        Scope.WRITE_PROJECTS: {"change", "delete"},
        Scope.WRITE_BATCHES: {"change", "delete"},
        Scope.RUN_EXECUTIONS: {"run_execution"},
        Scope.READ_RESULTS: {"view_results"},
        Scope.WRITE_GROUND_TRUTH: {"change_ground_truth"},
        Scope.EXPORT_DATA: {"export_data"},
    }
    assert given == expected.get(Scope(scope), set())
