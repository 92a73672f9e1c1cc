"""Lists as CSV: all that the filters of their pages find, not only the page that is shown."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.exporting.lists import executions_table, letters_table
from analytics.filters import ExecutionFilter
from analytics.views.exports_answers import download_table
from executions.models import Execution
from executions.queries.dead_letters import dead_letters
from executions.views.letter_filter import DeadLetterFilter
from projects.models import Project
from projects.queries import project_of


@require_GET
def execution_list_export(request: WorkspaceRequest, slug: str) -> HttpResponseBase:
    """The executions of all projects that the reader may export from, narrowed like their list."""
    projects = _projects(request)
    chosen = ExecutionFilter(request.GET, _executions(request).filter(project__in=projects), projects=projects)
    return download_table(executions_table(chosen.qs), f"{slug}-executions")


@require_GET
def project_executions_export(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponseBase:
    """The executions of a project."""
    project = project_of(request, project_id)
    require(request.user, "projects.export_data", project)
    table = executions_table(_executions(request).filter(project=project))
    return download_table(table, f"{slugify(project.name) or 'project'}-executions")


@require_GET
def dead_letters_export(request: WorkspaceRequest, slug: str) -> HttpResponseBase:
    """The dead letters of all projects that the reader may export from, narrowed like their list."""
    projects = _projects(request)
    letters = dead_letters(request.user, request.organization).filter(project__in=projects)
    chosen = DeadLetterFilter(request.GET, letters, projects=projects, now=timezone.now())
    return download_table(letters_table(chosen.qs), f"{slug}-dead-letters")


def _executions(request: WorkspaceRequest) -> QuerySet[Execution]:
    found: QuerySet[Execution] = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    return found


def _projects(request: WorkspaceRequest) -> QuerySet[Project]:
    """The projects that the reader may export from; role and grants are read once."""
    seen = Project.objects.visible_to(request.user).filter(organization=request.organization)
    ids = [project.pk for project in seen if request.user.has_perm("projects.export_data", project)]
    found: QuerySet[Project] = Project.objects.filter(pk__in=ids)
    return found
