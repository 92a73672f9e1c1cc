"""The erasure of a person, through all apps."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import ForeignKey, Model
from django.test import Client
from django.utils import timezone
from guardian.models import UserObjectPermission
from model_bakery import baker
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEntry, Invitation, Membership, PersonExport, Role, User
from accounts.organizations.deletion import organization_delete
from accounts.privacy.erasing import GRACE, erasure_cancel, erasure_request, erasures_run, sole_organizations
from accounts.privacy.exporting import person_export_run
from accounts.privacy.exports import person_export_order
from analytics.models import Export
from mino.common.errors import InvalidState
from mino.common.hooks import person_erase
from mino.tests.factories import PASSWORD, InvitationFactory, MembershipFactory, UserFactory, VersionFactory
from mino.tests.subjects import Subjects
from projects.models import Project

pytestmark = pytest.mark.django_db
ERASE = "/profile/privacy/erasure/"
GOES_WITH_THE_ACCOUNT = {
    "account.EmailAddress.user",
    "accounts.User_groups.user",
    "accounts.User_user_permissions.user",
}
"""What cascades from the account when it goes, last of all."""
OF_THE_TRAIL = {"accounts.AuditEntry.actor"}
"""What `identity_erase` does, which is called by itself."""


def references() -> list[tuple[type[Model], ForeignKey[Any, Any]]]:
    """Every foreign key to User, in whichever app."""
    return [
        (model, field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey) and field.related_model is User
    ]


def label(model: type[Model], field: ForeignKey[Any, Any]) -> str:
    return f"{model._meta.label}.{field.name}"


def sign_in(browser: Client, user: User) -> None:
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


def show_who_it_is(browser: Client) -> None:
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})


def later() -> Any:
    return timezone.now() + GRACE + timedelta(minutes=1)


def test_the_apps_leave_no_reference_to_the_person(subjects: Subjects, organization: Any) -> None:
    leaving = UserFactory(email="leaving@northlight.example")
    permission = Permission.objects.filter(content_type=ContentType.objects.get_for_model(organization)).first()
    UserObjectPermission.objects.create(user=leaving, permission=permission, content_object=organization)
    for model, field in references():
        rows = model._default_manager.all()
        if label(model, field) in OF_THE_TRAIL:
            continue
        if not rows.exists():
            pointing: dict[str, Any] = {field.name: leaving}
            baker.make(model, **pointing)
        one = rows.order_by("pk").values("pk")[:1]
        model._default_manager.filter(pk__in=list(one.values_list("pk", flat=True))).update(**{field.name: leaving})
        assert rows.filter(**{field.name: leaving}).exists(), label(model, field)
    person_erase.call(leaving.pk)
    left = {label(model, field) for model, field in references() if _points(model, field, leaving)}
    assert left <= GOES_WITH_THE_ACCOUNT, "let the app's own_traces.py handle it"


def _points(model: type[Model], field: ForeignKey[Any, Any], user: User) -> bool:
    return bool(model._default_manager.filter(**{field.name: user}).exists())


def test_it_is_asked_for_with_the_address_and_taken_back_by_signing_in(
    client: Client, member: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser, member)
    show_who_it_is(client)
    assert client.post(ERASE, {"confirmation": "me"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(ERASE, {"confirmation": member.email.upper()})["Location"] == "/accounts/login/"
    assert mail.outbox[-1].to == [member.email]
    assert not UserSession.objects.filter(user=member).exists()
    assert elsewhere.get("/profile/")["Location"].startswith("/accounts/login/")
    assert erasures_run() == 0
    sign_in(client, member)
    for closed in ("/profile/", "/o/northlight/", "/organizations/new/"):
        assert client.get(closed)["Location"] == "/profile/privacy/"
    assert "Keep my account" in client.get("/profile/privacy/").text
    client.post(f"{ERASE}cancel/")
    assert client.get("/o/northlight/").status_code == 200
    assert erasures_run(now=later()) == 0
    events = AuditEntry.objects.filter(event__startswith="user.erasure").values_list("event", flat=True)
    assert sorted(events) == ["user.erasure_cancelled", "user.erasure_requested"]


def test_a_session_that_is_not_fresh_has_to_show_who_it_is(client: Client, member: User) -> None:
    browser = client
    sign_in(browser, member)
    assert "reauthenticate" in browser.get(ERASE)["Location"]
    assert "reauthenticate" in browser.post(ERASE, {"confirmation": member.email})["Location"]
    member.refresh_from_db()
    assert member.erasure_due_at is None


def test_who_has_no_password_signs_in_anew(client_for: Callable[[User], Client], member: User) -> None:
    member.set_unusable_password()
    member.save()
    browser = client_for(member)  # without a record of how and when
    assert browser.post(ERASE, {"confirmation": member.email})["Location"] == "/profile/privacy/"
    assert "Sign out and in again first" in browser.get("/profile/privacy/").text
    member.refresh_from_db()
    assert member.erasure_due_at is None
    session = browser.session
    session["account_authentication_methods_user"] = User._meta.pk.value_to_string(member)
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": time.time()}]
    session.save()
    assert browser.get(ERASE).status_code == 200


def test_the_only_owner_hands_over_first(client: Client, owner: User, organization: Any) -> None:
    sign_in(client, owner)
    show_who_it_is(client)
    assert "Northlight Retail" in client.get(ERASE).text
    assert "Northlight Retail" in client.post(ERASE, {"confirmation": owner.email}).text
    second = MembershipFactory(organization=organization, role=Role.OWNER).user
    assert sole_organizations(owner) == []
    erasure_request(second)
    with pytest.raises(InvalidState, match="Northlight Retail"):
        erasure_request(owner)  # who leaves too owns nothing
    erasure_cancel(second)
    erasure_request(owner)
    Membership.objects.filter(user=second).update(role=Role.ADMIN)
    assert erasures_run(now=later()) == 0  # an organization would be left without an owner
    assert User.objects.get(pk=owner.pk).is_active
    organization_delete(organization=organization, user=None)
    assert erasures_run(now=later()) == 1


def test_staff_lose_their_rights_first(member: User) -> None:
    User.objects.filter(pk=member.pk).update(is_staff=True)
    with pytest.raises(InvalidState):
        erasure_request(member)


def test_after_the_grace_nothing_names_the_person(member: User, project: Project) -> None:
    other_address = "privately@elsewhere.example"
    EmailAddress.objects.create(user=member, email=other_address, verified=True)
    member.avatar.save("me.png", ContentFile(b"a picture"))
    picture = str(member.avatar.name)
    version = VersionFactory(project=project, created_by=member, text="Find the price")
    InvitationFactory(organization=project.organization, email=other_address)
    InvitationFactory(organization=project.organization, email=f"x{other_address}")
    AuditEntry.objects.create(
        organization=project.organization,
        event="invitation.created",
        action=0,
        object_repr=f"{other_address} to Northlight",
        changes={"email": [None, other_address], "kept": [None, f"x{other_address}"]},
        timestamp=timezone.now(),
    )
    export = person_export_order(member)
    person_export_run(export.pk)
    file = PersonExport.objects.get().file
    erasure_request(member)
    assert erasures_run(now=later()) == 1
    assert erasures_run(now=later()) == 0
    assert not User.objects.filter(pk=member.pk).exists()
    assert not default_storage.exists(picture)
    assert not default_storage.exists(file)
    version.refresh_from_db()
    assert (version.text, version.created_by_id) == ("Find the price", None)
    assert [one.email for one in Invitation.objects.all()] == [f"x{other_address}"]
    assert not Export.objects.exists()
    entries = AuditEntry.objects.all()
    assert not entries.filter(actor=member.pk).exists()
    kept = entries.get(event="invitation.created")
    assert kept.object_repr == "An erased account to Northlight"
    assert kept.changes == {"email": [None, "An erased account"], "kept": [None, f"x{other_address}"]}
    for entry in entries:
        text = f"{entry.object_repr} {entry.changes} {entry.actor_email}"
        assert member.email not in text
        assert f" {other_address}" not in text
    assert entries.filter(event="user.erased", organization=project.organization).count() == 1
