"""What analytics found, as files: patterns, suspects, changes of the truth, rows over all of their results."""

from __future__ import annotations

import uuid

from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.exporting.answers import download_table
from analytics.exporting.lists import (
    histories_table,
    occurrences_table,
    patterns_table,
    revisions_table,
    suspects_table,
)
from analytics.exporting.subjects import file_stem
from analytics.models import PatternOccurrence
from analytics.patterns.listing import PatternAsk
from analytics.views.charts import asked_kind, histories_of_batch, histories_of_project
from analytics.views.patterns import patterns_of
from analytics.views.suspects import asked_suspects
from executions.views.finding import find_execution
from projects.models import Batch, Project, TruthRevision
from projects.queries import batch_of, project_of


@require_GET
def project_patterns_export(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponseBase:
    """The failure patterns of a project, narrowed like their list."""
    project = _project(request, project_id)
    found = PatternAsk.of_query(request.GET).filter(patterns_of(project))
    return download_table(request, patterns_table(found), f"{file_stem(project)}-patterns")


@require_GET
def execution_patterns_export(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponseBase:
    """All failure patterns of an execution."""
    execution = find_execution(request, execution_id)
    require(request.user, "projects.export_data", execution.project)
    found = PatternOccurrence.objects.filter(execution=execution, is_found=True).select_related("pattern")
    stem = f"{file_stem(execution.project)}-execution-{execution.number}-patterns"
    return download_table(request, occurrences_table(found.defer("positions", "examples")), stem)


@require_GET
def project_suspects_export(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponseBase:
    """The suspects in the truth of a project or one of its batches, narrowed like their list."""
    project = _project(request, project_id)
    suspects = asked_suspects(request, project).suspects
    return download_table(request, suspects_table(suspects), f"{file_stem(project)}-suspects")


@require_GET
def batch_truth_export(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponseBase:
    """All changes of the truth of a batch."""
    batch = _batch(request, batch_id)
    revisions = TruthRevision.objects.filter(batch=batch)
    return download_table(request, revisions_table(revisions), f"{file_stem(batch)}-truth-changes")


@require_GET
def project_row_history_export(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponseBase:
    """The rows of a project of one kind, over all of their results."""
    project, kind = _project(request, project_id), asked_kind(request)
    found = histories_of_project(request, project).filter(kind=kind)
    return download_table(request, histories_table(found), f"{file_stem(project)}-rows-{slugify(kind.label)}")


@require_GET
def batch_row_history_export(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponseBase:
    """The rows of a batch of one kind, over all of their results."""
    batch, kind = _batch(request, batch_id), asked_kind(request)
    found = histories_of_batch(batch).filter(kind=kind)
    return download_table(request, histories_table(found), f"{file_stem(batch)}-rows-{slugify(kind.label)}")


def _project(request: WorkspaceRequest, project_id: uuid.UUID) -> Project:
    """The project, for those who may export from it. Raises Http404 or PermissionDenied."""
    project = project_of(request, project_id)
    require(request.user, "projects.export_data", project)
    return project


def _batch(request: WorkspaceRequest, batch_id: uuid.UUID) -> Batch:
    """The batch, for those who may export from its project. Raises Http404 or PermissionDenied."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.export_data", batch.project)
    return batch
