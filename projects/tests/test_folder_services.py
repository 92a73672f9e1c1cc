"""Folders: made, renamed, moved and deleted without losing a batch."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections, connection

from accounts.models import User
from mino.common.errors import AlreadyExists, InvalidInput, InvalidState, ServiceError
from mino.tests.factories import BatchFactory, ProjectFactory
from projects.folder_tree import FolderTree
from projects.models import Batch, Folder, Project
from projects.services.folders import batches_move, folder_create, folder_delete, folder_move, folder_rename

pytestmark = pytest.mark.django_db


def make(project: Project, *names: str, user: User | None = None) -> Folder:
    """A folder in a folder in …; those that are there already are used."""
    parent: Folder | None = None
    for name in names:
        found = Folder.objects.filter(project=project, parent=parent, name=name).first()
        parent = found or folder_create(project=project, user=user, name=name, parent=parent)
    assert parent is not None
    return parent


def paths(project: Project) -> list[str]:
    """All folders with those around them, as the tree shows them."""
    return [place.full_name for place in FolderTree.of(project)]


def test_folders_are_nested_and_shown_in_the_order_of_their_names(project: Project, member: User) -> None:
    make(project, "Outlet", user=member)
    make(project, "catalogues", "2026", user=member)
    make(project, "catalogues", "2025", user=member)
    assert paths(project) == ["catalogues", "catalogues / 2025", "catalogues / 2026", "Outlet"]


def test_a_name_is_taken_only_among_siblings(project: Project) -> None:
    catalogues = make(project, "Catalogues", "2026").parent
    make(project, "2026")
    with pytest.raises(AlreadyExists, match="“2026”"):
        folder_create(project=project, user=None, name=" 2026 ", parent=catalogues)
    with pytest.raises(AlreadyExists, match="“2026”"):
        folder_create(project=project, user=None, name="2026")
    with pytest.raises(AlreadyExists):
        folder_rename(folder=make(project, "2025"), user=None, name="2026")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_folder_needs_a_name_of_a_sensible_length(project: Project, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        folder_create(project=project, user=None, name=name)
    assert refused.value.details[0].path == "name"


def test_a_folder_moves_with_all_that_is_in_it(project: Project, batch: Batch) -> None:
    inner, outlet = make(project, "Catalogues", "2026"), make(project, "Outlet")
    batches_move(project=project, user=None, batches=[batch], folder=inner)
    folder_move(folder=Folder.objects.get(name="Catalogues"), user=None, parent=outlet)
    assert paths(project) == ["Outlet", "Outlet / Catalogues", "Outlet / Catalogues / 2026"]
    batch.refresh_from_db()
    assert batch.folder == inner
    folder_move(folder=inner, user=None, parent=None)
    assert paths(project) == ["2026", "Outlet", "Outlet / Catalogues"]


def test_no_folder_is_moved_into_itself(project: Project) -> None:
    inner = make(project, "Catalogues", "2026", "Spring")
    outer = Folder.objects.get(name="Catalogues")
    for parent in (outer, inner):
        with pytest.raises(InvalidInput, match="into itself"):
            folder_move(folder=outer, user=None, parent=parent)


def test_folders_lie_at_most_ten_deep(project: Project) -> None:
    deepest = make(project, *"abcdefghij")
    with pytest.raises(InvalidInput, match="at most 10 deep"):
        folder_create(project=project, user=None, name="k", parent=deepest)
    pair = make(project, "x", "y").parent
    assert pair is not None
    with pytest.raises(InvalidInput, match="at most 10 deep"):
        folder_move(folder=pair, user=None, parent=deepest.parent)
    folder_move(folder=Folder.objects.get(name="y"), user=None, parent=deepest.parent)


def test_a_deleted_folder_gives_what_is_in_it_to_its_parent(project: Project, batch: Batch) -> None:
    middle = make(project, "Catalogues", "2026")
    make(project, "Catalogues", "2026", "Spring")
    make(project, "Catalogues", "2026", "2026")
    make(project, "Catalogues", "Spring")
    batches_move(project=project, user=None, batches=[batch], folder=middle)
    folder_delete(folder=middle, user=None)
    assert paths(project) == [
        "Catalogues",
        "Catalogues / 2026",
        "Catalogues / Spring",
        "Catalogues / Spring (2)",
    ]
    batch.refresh_from_db()
    assert batch.folder == Folder.objects.get(name="Catalogues")
    folder_delete(folder=middle, user=None)  # again changes nothing
    folder_delete(folder=Folder.objects.get(name="Catalogues"), user=None)
    assert not Batch.objects.filter(folder__isnull=False).exists()
    assert paths(project) == ["2026", "Spring", "Spring (2)"]


def test_what_was_deleted_meanwhile_is_not_used(project: Project, batch: Batch) -> None:
    gone, other = make(project, "Gone"), make(project, "Other")
    folder_delete(folder=Folder.objects.get(name="Gone"), user=None)
    with pytest.raises(InvalidState):
        folder_rename(folder=gone, user=None, name="Still here")
    with pytest.raises(InvalidState):
        folder_move(folder=other, user=None, parent=gone)
    with pytest.raises(InvalidState):
        batches_move(project=project, user=None, batches=[batch], folder=gone)


def test_nothing_crosses_from_one_project_into_another(project: Project, batch: Batch) -> None:
    elsewhere = make(ProjectFactory(organization=project.organization), "Elsewhere")
    mine = make(project, "Mine")
    with pytest.raises(InvalidState):
        folder_move(folder=mine, user=None, parent=elsewhere)
    with pytest.raises(InvalidState):
        batches_move(project=project, user=None, batches=[batch], folder=elsewhere)
    stranger = BatchFactory(organization=project.organization, project=elsewhere.project)
    assert batches_move(project=project, user=None, batches=[stranger], folder=mine) == 0


def test_batches_are_moved_and_only_those_elsewhere_counted(project: Project, batch: Batch) -> None:
    folder, other = make(project, "Outlet"), BatchFactory(project=project)
    assert batches_move(project=project, user=None, batches=[batch, other], folder=folder) == 2
    assert batches_move(project=project, user=None, batches=[batch, other], folder=folder) == 0
    assert batches_move(project=project, user=None, batches=[batch], folder=None) == 1


def test_viewers_change_no_folders(project: Project, batch: Batch, viewer: User) -> None:
    folder = make(project, "Outlet")
    with pytest.raises(PermissionDenied):
        folder_create(project=project, user=viewer, name="New")
    with pytest.raises(PermissionDenied):
        folder_rename(folder=folder, user=viewer, name="New")
    with pytest.raises(PermissionDenied):
        folder_move(folder=folder, user=viewer, parent=None)
    with pytest.raises(PermissionDenied):
        folder_delete(folder=folder, user=viewer)
    with pytest.raises(PermissionDenied):
        batches_move(project=project, user=viewer, batches=[batch], folder=folder)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle() -> None:
    project = ProjectFactory()
    for _ in range(8):
        one, other = make(project, "One"), make(project, "Other")
        start = threading.Barrier(2)

        def move(folder: Folder, parent: Folder, start: threading.Barrier = start) -> None:
            close_old_connections()
            start.wait()
            try:
                folder_move(folder=folder, user=None, parent=parent)
            except ServiceError:
                pass
            finally:
                connection.close()

        threads = [threading.Thread(target=move, args=pair) for pair in ((one, other), (other, one))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(FolderTree.of(project)) == 2, "a folder in a circle is reached from nowhere"
        assert len(paths(project)[1].split(" / ")) == 2, "exactly one of them was moved"
        Folder.objects.all().delete()
