"""Lists as files: all that the filters of their pages find, in the format that `?format=` names."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.batch_list import BatchAsk
from analytics.exporting.answers import download_table
from analytics.exporting.lists import batches_table, executions_table, letters_table, projects_table, retries_table
from analytics.exporting.subjects import exportable_projects, file_stem
from analytics.filters import ExecutionFilter
from executions.models import Execution
from executions.queries.dead_letters import dead_letters
from executions.queries.waiting import waiting_retries
from executions.views.letter_filter import DeadLetterFilter
from executions.views.slots import read_position
from projects.filters import narrow_projects
from projects.folder_tree import FolderTree
from projects.models import Batch, BatchStatus
from projects.queries import project_of


@require_GET
def execution_list_export(request: WorkspaceRequest, slug: str) -> HttpResponseBase:
    """The executions of all projects that the reader may export from, narrowed like their list."""
    projects = exportable_projects(request)
    chosen = ExecutionFilter(request.GET, _executions(request).filter(project__in=projects), projects=projects)
    return download_table(request, executions_table(chosen.qs), f"{slug}-executions")


@require_GET
def project_executions_export(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponseBase:
    """The executions of a project."""
    project = project_of(request, project_id)
    require(request.user, "projects.export_data", project)
    table = executions_table(_executions(request).filter(project=project))
    return download_table(request, table, f"{file_stem(project)}-executions")


@require_GET
def dead_letters_export(request: WorkspaceRequest, slug: str) -> HttpResponseBase:
    """The dead letters of all projects that the reader may export from, narrowed like their list."""
    projects = exportable_projects(request)
    letters = dead_letters(request.user, request.organization).filter(project__in=projects)
    chosen = DeadLetterFilter(request.GET, letters, projects=projects, now=timezone.now())
    return download_table(request, letters_table(chosen.qs), f"{slug}-dead-letters")


@require_GET
def retry_queue_export(request: WorkspaceRequest, slug: str) -> HttpResponseBase:
    """The attempts that wait in all projects that the reader may export from, narrowed like their list."""
    retries = waiting_retries(request.user, request.organization).retries
    retries = retries.filter(execution__project__in=exportable_projects(request))
    if number := request.GET.get("execution", ""):
        retries = retries.filter(execution__number=read_position(number) or 0)
    return download_table(request, retries_table(retries), f"{slug}-waiting")


@require_GET
def project_list_export(request: WorkspaceRequest, slug: str) -> HttpResponseBase:
    """The projects that the reader may export from, narrowed like their list."""
    projects = narrow_projects(exportable_projects(request), request.GET)
    return download_table(request, projects_table(projects), f"{slug}-projects")


@require_GET
def batch_search_export(request: WorkspaceRequest, slug: str) -> HttpResponseBase:
    """The batches of all projects that the reader may export from, narrowed like the search."""
    ask = BatchAsk.of(request.GET, request.organization, request.user)
    seen = Batch.objects.visible_to(request.user).filter(project__in=exportable_projects(request))
    return download_table(request, batches_table(ask.narrow(seen)), f"{slug}-batches")


@require_GET
def project_batches_export(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponseBase:
    """The batches of a project, narrowed like its page."""
    project = project_of(request, project_id)
    require(request.user, "projects.export_data", project)
    tree = FolderTree.of(project)
    ask = BatchAsk.of(request.GET, request.organization, request.user, tree)
    batches = ask.narrow(Batch.objects.filter(project=project, status=BatchStatus.READY), tree)
    return download_table(request, batches_table(batches, tree), f"{file_stem(project)}-batches")


def _executions(request: WorkspaceRequest) -> QuerySet[Execution]:
    found: QuerySet[Execution] = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    return found
