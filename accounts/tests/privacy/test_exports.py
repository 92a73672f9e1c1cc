"""A person's copy of their data."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEntry, Membership, PersonExport, PersonExportStatus, User
from accounts.privacy.exporting import MOST_CLAIMS, STALE_AFTER, person_export_run, write_person
from accounts.privacy.exports import person_export_order, person_exports_expire, person_exports_sweep
from mino.common.errors import InvalidState
from mino.tests.factories import InvitationFactory, VersionFactory
from projects.models import Batch, Project, TruthRevision

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
PAGE = "/profile/privacy/"


def read(archive: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        return {
            name.removesuffix(".json"): json.loads(found.read(name))
            for name in found.namelist()
            if name.endswith(".json")
        }


def copy_of(user: User) -> dict[str, Any]:
    file = io.BytesIO()
    write_person(user, file)
    return read(file.getvalue())


def test_it_is_ordered_made_told_and_fetched_by_this_person_only(
    client_for: ClientFor,
    member: User,
    stranger: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    member.avatar.save("me.png", ContentFile(b"a picture"))
    browser = client_for(member)
    assert browser.post(f"{PAGE}copy/")["Location"] == PAGE
    assert "Being made" in browser.get(PAGE).text
    browser.post(f"{PAGE}copy/")
    export = PersonExport.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert person_export_run(export.pk)
    assert not person_export_run(export.pk)
    assert [(one.to, PAGE in one.body) for one in mail.outbox] == [([member.email], True)]
    address = f"{PAGE}copy/{export.pk}/"
    assert address in browser.get(PAGE).text
    assert client_for(stranger).get(address).status_code == 404
    response = browser.get(address)
    assert response["Content-Disposition"].startswith('attachment; filename="mino-personal-data-')
    archive = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert read(archive)["profile"][0]["email"] == member.email
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.read("picture.png") == b"a picture"
    events = AuditEntry.objects.filter(event__startswith="user.export").values_list("event", flat=True)
    assert sorted(events) == ["user.export_downloaded", "user.export_ordered"]


def test_it_holds_what_they_made_and_no_secret(member: User, project: Project, batch: Batch) -> None:
    VersionFactory(project=project, created_by=member, text="Find the price")
    row = batch.rows.get(position=1)
    TruthRevision.objects.create(
        batch=batch, row=row, column="price", after="12", reason="Called", user=member, created_at=timezone.now()
    )
    InvitationFactory(organization=project.organization, email=member.email)
    found = copy_of(member)
    assert [one["text"] for one in found["instructions_written"]] == ["Find the price"]
    assert [(one["after"], one["reason"]) for one in found["truth_changes"]] == [("12", "Called")]
    assert found["memberships"][0]["organization_name"] == "Northlight Retail"
    assert len(found["invitations_received"]) == 1
    assert member.password not in json.dumps(found)


def test_who_has_left_learns_that_they_made_something_but_not_what(member: User, project: Project) -> None:
    VersionFactory(project=project, created_by=member, text="Find the secret price")
    Membership.objects.filter(user=member).delete()
    (made,) = copy_of(User.objects.get(pk=member.pk))["instructions_written"]
    assert made["created_at"]
    assert "withheld" in made
    assert "text" not in made


def test_the_sweep_finds_what_was_lost_and_gives_up_what_kills_workers(member: User, owner: User) -> None:
    long_ago = timezone.now() - STALE_AFTER - timedelta(minutes=1)
    waits, dies = person_export_order(member), person_export_order(owner)
    with pytest.raises(InvalidState):
        person_export_order(member)
    assert person_exports_sweep() == 0
    PersonExport.objects.filter(pk=waits.pk).update(heartbeat=long_ago)
    PersonExport.objects.filter(pk=dies.pk).update(
        heartbeat=long_ago, status=PersonExportStatus.WRITING, claims=MOST_CLAIMS
    )
    assert person_exports_sweep() == 1
    dies.refresh_from_db()
    assert dies.status == PersonExportStatus.FAILED
    PersonExport.objects.filter(pk=waits.pk).update(status=PersonExportStatus.WRITING, claims=1)
    assert person_export_run(waits.pk)
    waits.refresh_from_db()
    assert waits.status == PersonExportStatus.READY


def test_files_go_when_their_time_is_over(client_for: ClientFor, member: User) -> None:
    export = person_export_order(member)
    person_export_run(export.pk)
    export.refresh_from_db()
    assert default_storage.exists(export.file)
    assert person_exports_expire() == 0
    PersonExport.objects.update(expires_at=timezone.now())
    browser = client_for(member)
    assert browser.get(f"{PAGE}copy/{export.pk}/")["Location"] == PAGE
    assert "Not kept any more" in browser.get(PAGE).text
    assert person_exports_expire() == 1
    assert not default_storage.exists(export.file)


def test_the_number_of_queries_does_not_depend_on_the_number_of_copies(
    client_for: ClientFor, member: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        PersonExport.objects.create(user=member, status=PersonExportStatus.FAILED, error="No.")
    browser = client_for(member)
    browser.get(PAGE)
    with django_assert_max_num_queries(8):
        browser.get(PAGE)
