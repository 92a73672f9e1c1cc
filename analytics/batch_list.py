"""Lists of batches: what of them the address asks for, and what stands beside them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import QueryDict

from accounts.models import Organization
from accounts.permissions import Principal
from analytics.figures import latest_by
from executions.models import Execution
from mino.common.pagination import Page, keyset_page
from projects.filters import batches_named, search_text
from projects.folder_tree import FolderTree, Place
from projects.models import Batch, BatchStatus, Project, Tag, TaggedBatch

NO_FOLDER = "none"


class BatchLine(NamedTuple):
    """A batch with its newest execution and the folder that it lies in, where there are such."""

    batch: Batch
    execution: Execution | None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class BatchAsk:
    """What a list of batches is narrowed to: a text, a tag, a folder with all below it, or none at all."""

    search: str = ""
    tag: Tag | None = None
    place: Place | None = None
    without_folder: bool = False

    @classmethod
    def of(
        cls, query: QueryDict, organization: Organization, user: Principal, tree: FolderTree | None = None
    ) -> BatchAsk:
        """Read the address. A tag that is not there, or that the user can't see, is left out, and so is a folder."""
        folder = query.get("folder", "")
        return cls(
            search=search_text(query),
            tag=_tag(organization, user, search_text(query, "tag")),
            place=tree.get(_as_id(folder)) if tree else None,
            without_folder=folder == NO_FOLDER and tree is not None,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.search or self.tag or self.place or self.without_folder)

    def narrow(self, batches: QuerySet[Batch], tree: FolderTree | None = None) -> QuerySet[Batch]:
        """Those that are asked for. A text is looked for in names, descriptions and tags."""
        if self.search:
            batches = batches.filter(batches_named(self.search))
        if self.tag:
            batches = batches.filter(Exists(TaggedBatch.objects.filter(batch=OuterRef("pk"), tag=self.tag)))
        if self.place and tree:
            batches = batches.filter(folder__in=tree.within(self.place.folder.pk))
        elif self.without_folder:
            batches = batches.filter(folder__isnull=True)
        return batches


def batch_page(batches: QuerySet[Batch], query: QueryDict) -> Page[Batch]:
    """The page that the address asks for, newest first, with the tags."""
    return keyset_page(batches.prefetch_related("tags"), query)


def lines_of(batches: Sequence[Batch], tree: FolderTree | None = None) -> list[BatchLine]:
    """The batches with what stands beside them."""
    latest = latest_by("batch", [batch.pk for batch in batches])
    return [BatchLine(one, latest.get(one.pk), tree.get(one.folder_id) if tree else None) for one in batches]


@dataclass(frozen=True, slots=True)
class Branch:
    """A folder of the tree beside the list: how many batches lie in it and in the folders below."""

    place: Place
    count: int


def branches(project: Project, tree: FolderTree) -> tuple[list[Branch], int, int]:
    """The folders with their counts, how many batches there are, and how many lie in no folder."""
    ready = Batch.objects.filter(project=project, status=BatchStatus.READY)
    counted = ready.order_by().values("folder").annotate(batches=Count("pk"))
    direct: Mapping[uuid.UUID | None, int] = {one["folder"]: one["batches"] for one in counted}
    whole: Counter[uuid.UUID] = Counter()
    for place in tree:
        for around in place.path:
            whole[around.pk] += direct.get(place.folder.pk, 0)
    return [Branch(place, whole[place.folder.pk]) for place in tree], sum(direct.values()), direct.get(None, 0)


def _tag(organization: Organization, user: Principal, name: str) -> Tag | None:
    if not name:
        return None
    found: Tag | None = Tag.objects.visible_to(user).filter(organization=organization, folded=name.casefold()).first()
    return found


def _as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
