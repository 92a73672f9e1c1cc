"""The pages on which projects, instructions and columns are changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from mino.tests.factories import VersionFactory
from projects.models import Batch, Column, Project

ClientFor = Callable[[User], Client]
NEW = {"name": "Contacts", "description": "", "instructions": "Return the phone number."}


def of(project: Project, name: str, **more: object) -> str:
    return reverse(name, kwargs={"slug": project.organization.slug, "project_id": project.pk, **more})


def of_batch(batch: Batch, name: str) -> str:
    return reverse(name, kwargs={"slug": batch.organization.slug, "batch_id": batch.pk})


def test_a_member_creates_a_project(organization: Organization, member: User, client_for: ClientFor) -> None:
    address = reverse("project_create", kwargs={"slug": organization.slug})
    answer = client_for(member).post(address, NEW)
    project = Project.objects.get()
    assert answer.url == of(project, "project")  # type: ignore[attr-defined]
    assert (project.organization, project.created_by) == (organization, member)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    project: Project, member: User, client_for: ClientFor
) -> None:
    address = reverse("project_create", kwargs={"slug": project.organization.slug})
    answer = client_for(member).post(address, {**NEW, "name": project.name})
    assert "Choose another name" in answer.context["form"].errors["name"][0]
    assert "Return the phone number." in answer.content.decode()


def test_a_viewer_is_refused_in_words(project: Project, viewer: User, client_for: ClientFor) -> None:
    client = client_for(viewer)
    answer = client.post(reverse("project_create", kwargs={"slug": project.organization.slug}), NEW)
    assert answer.status_code == 403
    assert "can’t create projects" in answer.content.decode().replace("&#x27;", "’").replace("'", "’")
    assert client.post(of(project, "project_edit"), {"name": "Mine"}).status_code == 403
    assert client.post(of(project, "version_create"), {"text": "Something else."}).status_code == 403
    assert client.post(of(project, "version_set_production", number=1)).status_code == 403
    assert Project.objects.get().name == project.name


def test_a_project_is_renamed(project: Project, member: User, client_for: ClientFor) -> None:
    client_for(member).post(of(project, "project_edit"), {"name": "Prices", "description": "All shops"})
    project.refresh_from_db()
    assert (project.name, project.description) == ("Prices", "All shops")


def test_a_new_version_starts_from_the_one_that_is_named(project: Project, member: User, client_for: ClientFor) -> None:
    VersionFactory(project=project, text="Return the title alone.")
    client = client_for(member)
    assert client.get(of(project, "version_create")).context["form"].initial["text"] == "Return the title alone."
    older = client.get(of(project, "version_create") + "?from=1")
    assert older.context["form"].initial["text"] == project.versions.get(number=1).text
    answer = client.post(of(project, "version_create"), {"text": "Return the title alone.\r\n"})
    assert "version 2" in answer.context["form"].errors["text"][0]


def test_a_version_shows_what_changed_before_it(project: Project, viewer: User, client_for: ClientFor) -> None:
    VersionFactory(project=project, text="Return the title and the price <b>today</b>.")
    page = client_for(viewer).get(of(project, "version", number=2)).content.decode()
    assert "Version 1 → 2" in page
    assert "&lt;b&gt;" in page
    assert "Use for production" not in page
    assert client_for(viewer).get(of(project, "version", number=3)).status_code == 404


def test_any_two_versions_are_compared(project: Project, viewer: User, client_for: ClientFor) -> None:
    for word in ("second", "third"):
        VersionFactory(project=project, text=f"Return the {word} price.")
    client = client_for(viewer)
    context = client.get(of(project, "project_instructions") + "?from=1&to=3").context
    assert (context["old"].number, context["new"].number) == (1, 3)
    newest = client.get(of(project, "project_instructions") + "?from=x&to=99999999999").context
    assert (newest["old"].number, newest["new"].number) == (2, 3)


def test_matching_options_are_changed(batch: Batch, member: User, client_for: ClientFor) -> None:
    client, address = client_for(member), of_batch(batch, "matching_playground") + "?column=price"
    fields = client.get(address).context["form"].fields
    assert "relative_tolerance" in fields
    assert "ignore_www" not in fields
    client.post(address, {"tolerance": "0.05", "multiple": "any", "blank_means": "absent", "required_for_pass": "on"})
    column = batch.columns.get(name="price")
    assert column.options == {"tolerance": 0.05, "blank_means": "absent", "alternatives": "", "absent_text": ""}
    page = client.get(of_batch(batch, "batch_columns")).content.decode()
    assert "Allowed difference: <b>0.05</b>" in page


def test_an_option_that_can_not_be_used_is_said_at_its_field(batch: Batch, member: User, client_for: ClientFor) -> None:
    address = of_batch(batch, "matching_playground") + "?column=title"
    answer = client_for(member).post(
        address, {"exact": "on", "threshold": "0.9", "multiple": "any", "blank_means": "unknown", "alternatives": "|"}
    )
    assert "exact" in answer.context["form"].errors["threshold"][0]
    assert Column.objects.get(batch=batch, name="title").options == {}


@pytest.mark.parametrize("column", ["site_url", "nothing", "\x00", ""])
def test_only_columns_with_truth_have_matching_options(
    batch: Batch, member: User, client_for: ClientFor, column: str
) -> None:
    answer = client_for(member).get(of_batch(batch, "matching_playground"), {"column": column})
    assert answer.status_code == 302


def test_strangers_find_none_of_it(batch: Batch, stranger: User, client_for: ClientFor) -> None:
    client = client_for(stranger)
    for name in ("project_edit", "version_create", "project_instructions"):
        assert client.get(of(batch.project, name)).status_code == 404
    for name in ("batch_edit", "batch_columns", "matching_playground"):
        assert client.get(of_batch(batch, name)).status_code == 404
