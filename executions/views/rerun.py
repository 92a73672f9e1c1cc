"""Starts an execution again: as it was, or its failed rows as a new one."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.models import Execution, Job, JobStatus
from executions.services.cloning import execution_clone, failed_rows_run
from executions.services.locking import ACT
from executions.views.answering import begun, refused
from executions.views.finding import find_execution
from executions.views.offers import MOST_IN_FORM
from mino.common.errors import ServiceError
from mino.common.ui.formats import number


@require_POST
def execution_start_again(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Start the same at once, and open its page."""
    found = find_execution(request, execution_id)
    try:
        execution = execution_clone(found.pk, user=request.user)
    except ServiceError as error:
        return refused(request, execution_id, error)
    return begun(request, execution, f"Execution {execution.number} is started, as execution {found.number} was.")


@require_http_methods(["GET", "HEAD", "POST"])
def execution_rerun_failed(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """The form for a new execution over the rows that failed. Posted to, it starts them at once, however many."""
    found = find_execution(request, execution_id)
    require(request.user, ACT, found.project)
    if request.method != "POST":
        return redirect(_form_address(request, found))
    try:
        execution = failed_rows_run(found.pk, user=request.user)
    except ServiceError as error:
        return refused(request, execution_id, error)
    rows = f"{number(execution.total_jobs)} row{'' if execution.total_jobs == 1 else 's'}"
    return begun(request, execution, f"Execution {execution.number} is started: {rows} that failed.")


def _form_address(request: WorkspaceRequest, execution: Execution) -> str:
    """The run form with the failed rows chosen; with the first of them where they are too many for an address."""
    failed = Job.objects.filter(execution=execution, status=JobStatus.ERROR).order_by("position")
    rows = ",".join(str(row) for row in failed.values_list("row_position", flat=True)[:MOST_IN_FORM])
    address = reverse("execution_create", args=[request.organization.slug, execution.batch_id])
    return f"{address}?like={execution.pk}" + (f"&rows={rows}" if rows else "")
