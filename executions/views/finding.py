"""Finds what the address of a page names; what somebody can't see is a 404."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.models import Execution, Job


def find_execution(request: WorkspaceRequest, execution_id: uuid.UUID) -> Execution:
    """The execution with its project, batch, version, who started or paused it. Raises Http404, PermissionDenied."""
    seen: QuerySet[Execution] = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    actors = ("created_by", "api_key", "paused_by", "paused_by_key")
    related = seen.select_related("project", "batch", "instruction_version", *actors)
    execution = get_object_or_404(related.defer("instruction_version__text"), pk=execution_id)
    require(request.user, "projects.view_results", execution.project)
    return execution


def visible_jobs(request: WorkspaceRequest) -> QuerySet[Job]:
    """The jobs of this organization that the reader may see."""
    jobs: QuerySet[Job] = Job.objects.visible_to(request.user).filter(organization=request.organization)
    return jobs


def find_job(request: WorkspaceRequest, job_id: uuid.UUID) -> Job:
    """The job with its execution, row and current attempt. Raises Http404 or PermissionDenied."""
    related = visible_jobs(request).select_related(
        "execution", "execution__instruction_version", "project", "batch", "row", "current_session"
    )
    job = get_object_or_404(related.defer("current_session__raw_result"), pk=job_id)
    require(request.user, "projects.view_results", job.project)
    return job
