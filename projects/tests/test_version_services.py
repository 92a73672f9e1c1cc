"""Adding versions of instructions."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from mino.common.errors import InvalidInput
from projects.models import Project
from projects.services.versions import version_create, version_set_production


def test_a_new_version_takes_the_next_number_and_leaves_production_alone(project: Project, member: User) -> None:
    version = version_create(
        project=project, user=member, text="Return the price and the currency.", change_description="Currency too"
    )
    project.refresh_from_db()
    assert (version.number, version.change_description, version.created_by) == (2, "Currency too", member)
    assert project.last_version_number == 2
    assert project.production_version == project.versions.get(number=1)


def test_a_version_may_go_into_production_at_once(project: Project, member: User) -> None:
    version = version_create(
        project=project, user=member, text="Return the price and the currency.", set_as_production=True
    )
    project.refresh_from_db()
    assert project.production_version == version


def test_unchanged_text_is_refused(project: Project, member: User) -> None:
    same = project.versions.get().text.replace("\n", "\r\n") + "\n"
    with pytest.raises(InvalidInput, match="version 1") as caught:
        version_create(project=project, user=member, text=same)
    assert caught.value.details[0].path == "text"
    project.refresh_from_db()
    assert project.last_version_number == 1


def test_production_goes_back_to_an_older_version(project: Project, member: User) -> None:
    first = project.versions.get()
    version_create(project=project, user=member, text="Return something else entirely.", set_as_production=True)
    version_set_production(version=first, user=member)
    version_set_production(version=first, user=member)
    project.refresh_from_db()
    assert project.production_version == first


def test_viewers_change_no_instructions(project: Project, viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        version_create(project=project, user=viewer, text="Return something else entirely.")
    with pytest.raises(PermissionDenied):
        version_set_production(version=project.versions.get(), user=viewer)
