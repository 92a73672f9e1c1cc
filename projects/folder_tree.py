"""The folders of a project as a tree, read in one query."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from projects.models import Folder, Project

SEPARATOR = " / "


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in its tree: `depth` counts from 1 at the top, `path` are the folders from there down to itself."""

    folder: Folder
    depth: int
    path: Sequence[Folder]

    @property
    def full_name(self) -> str:
        """Its name after those of the folders around it."""
        return SEPARATOR.join(one.name for one in self.path)


class FolderTree:
    """All folders of a project."""

    def __init__(self, folders: Sequence[Folder]) -> None:
        self._below: dict[uuid.UUID | None, list[Folder]] = defaultdict(list)
        for folder in sorted(folders, key=lambda one: (one.name.casefold(), one.name)):
            self._below[folder.parent_id].append(folder)
        self.places: Mapping[uuid.UUID, Place] = {place.folder.pk: place for place in self._walk(None, ())}

    @classmethod
    def of(cls, project: Project) -> FolderTree:
        """Read it."""
        return cls(list(Folder.objects.filter(project=project)))

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Place]:
        """Each folder before those in it, siblings by name."""
        return iter(self.places.values())

    def get(self, folder_id: uuid.UUID | None) -> Place | None:
        """Where a folder is; None for none, and for one of another project."""
        return self.places.get(folder_id) if folder_id else None

    def children(self, folder_id: uuid.UUID | None) -> Sequence[Folder]:
        """The folders directly in it, those at the top for None."""
        return self._below.get(folder_id, [])

    def within(self, folder_id: uuid.UUID) -> list[uuid.UUID]:
        """Its own id and those of all folders below it."""
        found = [folder_id]
        for folder in self.children(folder_id):
            found += self.within(folder.pk)
        return found

    def height(self, folder_id: uuid.UUID) -> int:
        """How many levels it has, itself included."""
        return 1 + max((self.height(folder.pk) for folder in self.children(folder_id)), default=0)

    def _walk(self, parent: uuid.UUID | None, path: tuple[Folder, ...]) -> Iterator[Place]:
        for folder in self._below.get(parent, []):
            here = (*path, folder)
            yield Place(folder, len(here), here)
            yield from self._walk(folder.pk, here)
