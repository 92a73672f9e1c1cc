"""Creating, changing and finding projects."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Organization, User
from mino.common.errors import AlreadyExists, InvalidInput
from projects.models import Project
from projects.services.projects import project_create, project_find_or_create, project_update

TEXT = "Return the price of the product."


def test_the_first_instructions_become_the_production_version(organization: Organization, member: User) -> None:
    project = project_create(organization=organization, user=member, name=" Shop\nprices ", instructions=TEXT)
    project.refresh_from_db()
    assert project.name == "Shop prices"
    assert project.production_version is not None
    assert (project.production_version.number, project.production_version.text) == (1, TEXT)
    assert project.created_by == project.production_version.created_by == member


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"description": "x" * 501}, "description"),
        ({"instructions": "Price   "}, "instructions"),
        ({"instructions": "\x00" * 20}, "instructions"),
    ],
)
def test_bad_values_are_refused_at_their_field(
    organization: Organization, member: User, values: dict[str, str], path: str
) -> None:
    given: dict[str, Any] = {"name": "Shops", "instructions": TEXT, **values}
    with pytest.raises(InvalidInput) as caught:
        project_create(organization=organization, user=member, **given)
    assert [detail.path for detail in caught.value.details] == [path]
    assert not Project.objects.exists()


def test_what_is_too_long_or_too_short_is_said_in_a_sentence(project: Project, member: User) -> None:
    with pytest.raises(InvalidInput, match="most 100 characters in the name: there are 120"):
        project_create(organization=project.organization, user=member, name="x" * 120, instructions=TEXT)
    with pytest.raises(InvalidInput, match="least 10 characters in the instructions: there are only 5"):
        project_create(organization=project.organization, user=member, name="Other", instructions="short")


def test_a_taken_name_is_refused(project: Project, member: User) -> None:
    with pytest.raises(AlreadyExists, match="Shop prices"):
        project_create(organization=project.organization, user=member, name="Shop prices", instructions=TEXT)
    other = project_create(organization=project.organization, user=member, name="Other", instructions=TEXT)
    with pytest.raises(AlreadyExists):
        project_update(project=other, user=member, name="Shop prices", description="")


def test_viewers_and_strangers_change_nothing(project: Project, viewer: User, stranger: User) -> None:
    for user in (viewer, stranger):
        with pytest.raises(PermissionDenied):
            project_create(organization=project.organization, user=user, name="Mine", instructions=TEXT)
        with pytest.raises(PermissionDenied):
            project_update(project=project, user=user, name="Mine", description="")


def test_finding_makes_only_what_is_missing(organization: Organization) -> None:
    def find(text: str) -> tuple[Project, int]:
        project, version = project_find_or_create(organization=organization, user=None, name="CLI", instructions=text)
        return project, version.number

    project, number = find(TEXT)
    assert find(f"{TEXT}\r\n") == (project, number) == (project, 1)
    assert find("Return the title of the page.") == (project, 2)
    assert find(TEXT) == (project, 1)
    assert Project.objects.get().production_version == project.versions.get(number=1)
