"""The end of an organization, through all apps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.api_keys.finding import KeyRefused, api_key_find
from accounts.api_keys.services import api_key_create
from accounts.models import AuditEntry, Membership, Organization, Role, User
from accounts.organizations.deletion import GRACE, deleted_purge, organization_delete, organization_restore
from accounts.permissions import forget_roles
from executions.models import Execution, ExecutionStatus
from executions.services.control import execution_stop
from executions.services.creation import execution_create
from executions.services.organization_end import stop_orphaned
from mino.common.errors import InvalidState
from mino.tests.factories import InvitationFactory, add_second_factor
from mino.tests.subjects import Subjects
from projects.models import Project
from webhooks.models import Delivery, DeliveryStatus

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
LATER = GRACE + timedelta(minutes=1)


def files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def left_of(organization_id: object) -> dict[str, int]:
    """How many objects of each model refer to the organization."""
    found: dict[str, int] = {}
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, ForeignKey) and field.related_model is Organization:
                count = model._default_manager.filter(**{field.attname: organization_id}).count()
                found[model._meta.label] = found.get(model._meta.label, 0) + count
    return {label: count for label, count in found.items() if count}


def test_only_an_owner_deletes_it_and_types_its_name(client_for: ClientFor, admin: User, owner: User) -> None:
    organization = Organization.objects.get()
    with pytest.raises(PermissionDenied):
        organization_delete(organization=organization, user=admin)
    browser = client_for(owner)
    address = "/o/northlight/settings/delete/"
    assert "members see nothing" in browser.get(address).text
    assert browser.post(address, {"confirmation": "northlight"}).status_code == 422
    assert browser.post(address, {"confirmation": "Northlight Retail"})["Location"] == "/"
    assert browser.get("/o/northlight/").status_code == 404
    assert browser.get("/")["Location"] == "/organizations/new/"


def test_it_is_hidden_from_everybody_at_once_and_nothing_goes_on(subjects: Subjects, client: Client) -> None:
    organization, people = subjects.project.organization, subjects.people
    secret = api_key_create(organization=organization, user=people["owner"], name="CI", scopes=["read:projects"]).text
    assert Execution.objects.unfinished().exists()
    Delivery.objects.update(status=DeliveryStatus.PENDING)
    organization_delete(organization=organization, user=people["owner"])
    stop_orphaned()
    assert set(Execution.objects.values_list("status", flat=True)) == {ExecutionStatus.STOPPED}
    assert not Delivery.objects.filter(status=DeliveryStatus.PENDING).exists()
    for user in people.values():
        forget_roles(user)
        assert not Organization.objects.visible_to(user).exists()
        assert not Project.objects.visible_to(user).exists()
        assert not user.has_perm("accounts.view", organization)
        assert not user.has_perm("projects.view", subjects.project)
    with pytest.raises(KeyRefused):
        api_key_find(secret)
    with pytest.raises(InvalidState, match="deleted a moment ago"):
        organization_delete(organization=organization, user=None)
    version = subjects.project.production_version
    assert version is not None
    with pytest.raises(InvalidState, match="deleted a moment ago"):
        execution_create(batch=subjects.project.batches.get(), user=None, instruction_version=version, agent="local")
    invitation = InvitationFactory(organization=organization, token="too-late")
    assert client.get("/invitations/too-late/").status_code == 404
    assert invitation.ended_at is None


def test_staff_restores_it_within_the_grace(client_for: ClientFor, owner: User, member: User) -> None:
    organization = Organization.objects.get()
    organization_delete(organization=organization, user=owner)
    staff = User.objects.create_superuser("staff@mino.example", "x")
    add_second_factor(staff)
    page = client_for(staff).post(
        "/admin/accounts/organization/", {"action": "restore", "_selected_action": [str(organization.pk)]}, follow=True
    )
    assert "Northlight Retail is restored" in page.text
    assert client_for(member).get("/o/northlight/").status_code == 200
    assert deleted_purge(now=timezone.now() + LATER) == 0
    events = AuditEntry.objects.filter(subject_kind="organization").order_by("timestamp")
    assert list(events.values_list("event", flat=True)) == ["organization.deleted", "organization.restored"]


@pytest.fixture
def other_files() -> set[Path]:
    """The files of other tests."""
    return files()


def test_all_of_it_is_gone_after_the_grace_but_one_line(
    other_files: set[Path],
    subjects: Subjects,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    organization, owner = subjects.project.organization, subjects.people["owner"]
    organization_delete(organization=organization, user=owner)
    stop_orphaned()
    assert deleted_purge() == 0
    assert left_of(organization.pk)["executions.Job"] == 3
    assert len(files() - other_files) == 4  # an import, an export, a picture and its thumbnail
    with django_capture_on_commit_callbacks(execute=True):
        assert deleted_purge(now=timezone.now() + LATER) == 1
    assert left_of(organization.pk) == {"accounts.AuditEntry": 1}
    assert files() == other_files
    tombstone = AuditEntry.objects.get(organization=organization.pk)
    assert (tombstone.event, tombstone.object_repr) == ("organization.purged", "Northlight Retail")
    assert User.objects.filter(pk=owner.pk).exists()
    assert Organization.objects.filter(slug="elsewhere").exists()
    assert deleted_purge(now=timezone.now() + LATER) == 0


def test_what_is_interrupted_goes_on_and_is_not_restored(subjects: Subjects, monkeypatch: pytest.MonkeyPatch) -> None:
    organization = subjects.project.organization
    organization_delete(organization=organization, user=None)
    later = timezone.now() + LATER
    assert deleted_purge(now=later) == 0  # its execution has not ended
    with pytest.raises(InvalidState, match="can't be restored"):
        organization_restore(organization=organization, user=None)
    execution_stop(Execution.objects.get().pk, user=None)
    assert deleted_purge(now=later) == 1


def test_the_short_name_is_free_once_it_is_gone(owner: User) -> None:
    organization = Organization.objects.get()
    organization_delete(organization=organization, user=owner)
    deleted_purge(now=timezone.now() + LATER)
    assert not Membership.objects.filter(role=Role.OWNER, organization__slug="northlight").exists()
    Organization.objects.create(name="Another", slug="northlight")
