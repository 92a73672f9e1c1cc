"""What platform staff do in Django admin leaves entries, on every page of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client

from accounts.audit.staff import AuditedAdmin
from accounts.models import AuditEntry, Channel, Membership, User
from mino.tests.factories import PASSWORD, add_second_factor
from projects.models import Project

pytestmark = pytest.mark.django_db
Post = Callable[..., None]


@pytest.fixture
def staff(db: None) -> User:
    return add_second_factor(User.objects.create_superuser("staff@mino.example", PASSWORD))


@pytest.fixture
def change(client_for: Callable[[User], Client], staff: User) -> Post:
    """Change an object on its page: what the page shows, with these values in its place."""
    client = client_for(staff)

    def change_it(address: str, **values: object) -> None:
        page = client.get(address)
        forms = [page.context["adminform"].form, *(f for s in page.context["inline_admin_formsets"] for f in s.formset)]
        forms += [s.formset.management_form for s in page.context["inline_admin_formsets"]]
        given = {field.html_name: field.value() for form in forms for field in form}
        given = {name: value for name, value in {**given, **values}.items() if value not in (None, "", False)}
        answer = client.post(address, given)
        assert answer.status_code == 302, answer.context["errors"]

    return change_it


def test_every_page_of_django_admin_tells_the_trail() -> None:
    assert all(isinstance(page, AuditedAdmin) for page in admin.site._registry.values())


def test_a_change_names_the_field_and_who_made_it(change: Post, staff: User, project: Project) -> None:
    change(f"/admin/projects/project/{project.pk}/change/", is_private="on")
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.channel, entry.actor) == ("staff.changed", Channel.ADMIN, staff)
    assert (entry.organization, entry.object_pk) == (project.organization, str(project.pk))
    assert entry.changes == {"is_private": [False, True], "kind": [None, "project"]}


def test_a_password_set_by_staff_is_told_and_not_shown(
    client_for: Callable[[User], Client], staff: User, member: User
) -> None:
    new = "set by staff 12345"
    given = {"usable_password": "true", "password1": new, "password2": new}
    answer = client_for(staff).post(f"/admin/accounts/user/{member.pk}/password/", given)
    assert answer.status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.object_pk) == ("staff.changed", str(member.pk))
    assert new not in str(entry.__dict__)


def test_what_is_deleted_is_named(client_for: Callable[[User], Client], staff: User, stranger: User) -> None:
    Membership.objects.filter(user=stranger).delete()
    client_for(staff).post(f"/admin/accounts/user/{stranger.pk}/delete/", {"post": "yes"})
    entry = AuditEntry.objects.get(event="staff.deleted")
    assert entry.object_repr == stranger.email
    assert not User.objects.filter(pk=stranger.pk).exists()


def test_entries_can_only_be_looked_at(client_for: Callable[[User], Client], staff: User, owner: User) -> None:
    client = client_for(staff)
    client_for(owner).post("/profile/", {"name": "Another name"})
    entry = AuditEntry.objects.get()
    page = f"/admin/accounts/auditentry/{entry.pk}/"
    assert client.get("/admin/accounts/auditentry/").status_code == 200
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {"event": "x"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/accounts/auditentry/add/").status_code == 403
