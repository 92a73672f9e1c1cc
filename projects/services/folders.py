"""Changes to folders. Each locks the project, so that two changes at once can't make a circle of folders."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Literal

from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.permissions import Principal, require
from mino.common.errors import AlreadyExists, Detail, InvalidState
from projects.folder_tree import FolderTree
from projects.models import Batch, BatchImport, Folder, Project
from projects.models.folder import MAX_DEPTH, MAX_FOLDERS
from projects.services.checks import MAX_NAME, checked_name, wrong

WHAT = "the folder a name"
NAMED = 20
"""So many of the batches that are moved are named in the audit trail."""


def folder_create(*, project: Project, user: Principal | None, name: str, parent: Folder | None = None) -> Folder:
    """Make a folder in `parent`, or at the top.

    Raises InvalidInput (also when it would lie too deep, or when there are too many), AlreadyExists when a folder of
    that name is there, or PermissionDenied.
    """
    _check(project, user)
    name = checked_name(name, WHAT)
    with transaction.atomic():
        tree = _lock(project)
        if len(tree) >= MAX_FOLDERS:
            raise wrong("name", f"A project has at most {MAX_FOLDERS} folders. Delete some first.")
        _check_place(tree, parent, 1)
        folder = Folder(organization_id=project.organization_id, project=project, parent=parent, name=name)
        _save(folder, is_new=True)
        after = {"name": name, "in": parent.name if parent else None, "project": project.name}
        record("folder.created", folder, organization=project.organization_id, after=after, by=user)
    return folder


def folder_rename(*, folder: Folder, user: Principal | None, name: str) -> Folder:
    """Give a folder another name. Raises what `folder_change` raises."""
    return folder_change(folder=folder, user=user, name=name)


def folder_move(*, folder: Folder, user: Principal | None, parent: Folder | None) -> Folder:
    """Move a folder with all that is in it into `parent`, or to the top. Raises what `folder_change` raises."""
    return folder_change(folder=folder, user=user, parent=parent)


def folder_change(
    *, folder: Folder, user: Principal | None, name: str | None = None, parent: Folder | Literal["same"] | None = "same"
) -> Folder:
    """Give a folder another name, another place (a folder; None: at the top), or both at once.

    Raises InvalidInput for the name, or when it would lie in itself or too deep, AlreadyExists when a folder of that
    name is in that place, InvalidState when one of them was deleted meanwhile, or PermissionDenied.
    """
    _check(folder.project, user)
    if name is not None:
        name = checked_name(name, WHAT)
    with transaction.atomic():
        tree = _lock(folder.project)
        current = _current(tree, folder)
        before = _shown(tree, current)
        if name is not None:
            current.name = name
        if parent != "same":
            _check_new_place(tree, current, parent)
            current.parent = parent
        _save(current)
        after = _shown(tree, current)
        organization = folder.project.organization_id
        action = "folder.renamed" if before["in"] == after["in"] else "folder.moved"
        record(action, current, organization=organization, before=before, after=after, by=user)
    folder.name, folder.parent_id = current.name, current.parent_id
    return folder


def folder_delete(*, folder: Folder, user: Principal | None) -> None:
    """Delete a folder: what is in it moves to where it was, so that no batch is lost. Again changes nothing.

    A folder in it whose name is taken there gets a number. Raises PermissionDenied.
    """
    _check(folder.project, user)
    with transaction.atomic():
        tree = _lock(folder.project)
        place = tree.get(folder.pk)
        if place is None:
            return
        current, parent_id = place.folder, place.folder.parent_id
        Folder.objects.filter(pk=current.pk).update(name=str(current.pk))  # its name may be one of those that move
        taken = {one.name for one in tree.children(parent_id) if one.pk != current.pk}
        for child in tree.children(current.pk):
            child.name = _free_name(child.name, taken)
            child.parent_id = parent_id
            child.save(update_fields=["name", "parent", "updated_at"])
            taken.add(child.name)
        moved = Batch.objects.filter(folder=current).update(folder=parent_id)
        BatchImport.objects.filter(folder=current).update(folder=parent_id)
        Folder.objects.filter(pk=current.pk).delete()
        before = {"name": folder.name, "in": _name_of(tree, parent_id), "batches": moved or None}
        record("folder.deleted", folder, organization=folder.project.organization_id, before=before, by=user)


def batches_move(*, project: Project, user: Principal | None, batches: Iterable[Batch], folder: Folder | None) -> int:
    """Put batches of the project into `folder`, or into none; answers how many were elsewhere.

    Batches of other projects are left alone. Raises InvalidState when the folder was deleted or belongs to another
    project, or PermissionDenied.
    """
    _check(project, user)
    ids = [batch.pk for batch in batches if batch.project_id == project.pk]
    with transaction.atomic():
        tree = _lock(project)
        _check_place(tree, folder, 0, path="folder")
        found = Batch.objects.filter(project=project, pk__in=ids)
        moved = found.filter(folder__isnull=False) if folder is None else found.exclude(folder=folder)
        names = list(moved.values_list("name", flat=True)[:NAMED])
        count = int(moved.update(folder=folder))
        if count:
            after = {"folder": folder.name if folder else None, "batches": names}
            record("batch.moved", project, organization=project.organization_id, after=after, by=user, count=count)
        return count


def folder_hold(project: Project, folder: Folder | None) -> Folder | None:
    """The folder, which nobody deletes until the transaction ends; None where the project doesn't have it any more."""
    if folder is None:
        return None
    place = _lock(project).get(folder.pk)
    return place.folder if place else None


def _check(project: Project, user: Principal | None) -> None:
    if user is not None:
        require(user, "projects.change", project)


def _lock(project: Project) -> FolderTree:
    """The folders as they are now; nobody else changes them until the transaction ends."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    return FolderTree.of(project)


def _name_of(tree: FolderTree, folder_id: uuid.UUID | None) -> str | None:
    place = tree.get(folder_id) if folder_id else None
    return place.folder.name if place else None


def _shown(tree: FolderTree, folder: Folder) -> dict[str, str | None]:
    """The folder as the audit trail shows it."""
    return {"name": folder.name, "in": _name_of(tree, folder.parent_id)}


def _current(tree: FolderTree, folder: Folder) -> Folder:
    place = tree.get(folder.pk)
    if place is None:
        raise InvalidState(f"The folder “{folder.name}” was deleted a moment ago.")
    return place.folder


def _check_new_place(tree: FolderTree, folder: Folder, parent: Folder | None) -> None:
    """Refuse what `_check_place` refuses, and a place within the folder itself."""
    if parent is not None and parent.pk in tree.within(folder.pk):
        raise wrong("parent", f"“{folder.name}” can't be moved into itself or into a folder in it.")
    _check_place(tree, parent, tree.height(folder.pk))


def _check_place(tree: FolderTree, parent: Folder | None, height: int, path: str = "parent") -> None:
    """Refuse a place that is gone, in another project, or so deep that `height` more levels are too many."""
    if parent is None:
        return
    place = tree.get(parent.pk)
    if place is None:
        message = f"There is no folder “{parent.name}” in this project any more. Choose another one."
        raise InvalidState(message, details=[Detail(path, message)])
    if place.depth + height > MAX_DEPTH:
        raise wrong(path, f"Folders lie at most {MAX_DEPTH} deep. Choose a place further up.")


def _save(folder: Folder, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            folder.save(force_insert=is_new)
    except IntegrityError:
        message = f"There is already a folder “{folder.name}” in this place. Choose another name."
        raise AlreadyExists(message, details=[Detail("name", message)]) from None


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        ending = f" ({number})"
        free = name[: MAX_NAME - len(ending)] + ending
    return free
