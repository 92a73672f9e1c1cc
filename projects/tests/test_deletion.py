"""Deleting a project that has imports."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import User
from mino.common.errors import InvalidState
from mino.tests.factories import BatchFactory
from projects.models import BatchImport, Project
from projects.services.deletion import project_delete, purge_deleted


def _import(project: Project, status: str) -> BatchImport:
    file = default_storage.save("imports/sites", ContentFile(b"site_url\nhttps://shop.example/\n"))
    return BatchImport.objects.create(organization=project.organization, project=project, status=status, file=file)


@pytest.mark.parametrize("status", ["queued", "importing"])
def test_a_project_stays_while_a_file_is_loaded_into_it(project: Project, admin: User, status: str) -> None:
    _import(project, status)
    with pytest.raises(InvalidState, match="being imported"):
        project_delete(project=project, user=admin)
    assert Project.objects.visible_to(admin).get() == project


def test_the_copies_of_uploaded_files_go_with_their_project(project: Project, admin: User) -> None:
    waiting = _import(project, "checked")
    project_delete(project=project, user=admin)
    purge_deleted()
    assert not Project.objects.exists()
    assert not default_storage.exists(waiting.file)


@pytest.mark.django_db
def test_a_batch_that_becomes_ready_in_a_deleted_project_goes_with_it(project: Project, admin: User) -> None:
    project_delete(project=project, user=admin)
    BatchFactory(project=project, rows=2)
    assert purge_deleted() == 1
    assert not Project.objects.filter(pk=project.pk).exists()
