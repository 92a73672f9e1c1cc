"""Projects and batches with what their last execution reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from analytics.batch_list import lines_of
from analytics.exporting.lists.walking import list_table, moment, share
from analytics.exporting.table import Cell, FlatTable
from analytics.figures import Contents, contents_of, latest_by
from executions.models import Execution
from projects.folder_tree import FolderTree
from projects.models import Batch, Project

LAST = ("last_execution", "last_status", "last_accuracy", "last_graded_fields", "last_pass_rate", "last_run_at")
PROJECT_HEADERS = ("name", "description", "production_version", "batches", "rows", "created_at", *LAST)
BATCH_HEADERS = (
    *("name", "description", "project", "folder", "tags", "rows", "rows_with_truth", "created_at"),
    *LAST,
)


def projects_table(projects: QuerySet[Project]) -> FlatTable:
    """Projects, the newest first."""
    return list_table("Projects", PROJECT_HEADERS, projects.select_related("production_version"), _projects)


def batches_table(batches: QuerySet[Batch], tree: FolderTree | None = None) -> FlatTable:
    """Batches, the newest first; with a project's `tree` a folder is told with those around it."""
    found = batches.select_related("project", "folder").prefetch_related("tags")
    return list_table("Batches", BATCH_HEADERS, found, lambda some: _batches(some, tree))


def _projects(some: Sequence[Project]) -> Iterator[Sequence[Cell]]:
    ids = [one.pk for one in some]
    contents, latest = contents_of(ids), latest_by("project", ids)
    for one in some:
        held = contents.get(one.pk, Contents())
        version = one.production_version
        yield (
            *(one.name, one.description, version.number if version else None),
            *(held.batches, held.rows, moment(one.created_at), *_last(latest.get(one.pk))),
        )


def _batches(some: Sequence[Batch], tree: FolderTree | None) -> Iterator[Sequence[Cell]]:
    for line in lines_of(some, tree):
        batch, folder = line.batch, line.place.full_name if line.place else None
        if folder is None and batch.folder is not None:
            folder = batch.folder.name
        yield (
            *(batch.name, batch.description, batch.project.name, folder),
            *(", ".join(tag.name for tag in batch.tags.all()), batch.row_count, batch.truth_row_count),
            *(moment(batch.created_at), *_last(line.execution)),
        )


def _last(execution: Execution | None) -> Sequence[Cell]:
    if execution is None:
        return (None,) * len(LAST)
    accuracy = execution.accuracy
    return (
        *(execution.number, execution.status, share(accuracy.value), accuracy.n),
        *(share(execution.pass_rate.value), moment(execution.created_at)),
    )
