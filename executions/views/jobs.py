"""Acts on one job: retry, skip, cancel, and instructions of its row's own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.models import Execution, ExecutionStatus, Job, JobStatus
from executions.services.locking import Controlled
from executions.services.requeueing import job_cancel, job_skip
from executions.services.retrying import job_retry
from executions.views.finding import find_job
from executions.views.going_back import address_back
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from projects.models.instruction_version import MAX_INSTRUCTIONS
from projects.services.rows import row_set_instructions


@require_POST
def job_retry_page(request: WorkspaceRequest, slug: str, job_id: uuid.UUID) -> HttpResponse:
    """Run a row again that failed or was skipped; let one that waits for its next attempt have it at once."""
    job = find_job(request, job_id)
    return _act(request, job, lambda: job_retry(job.pk, user=request.user), "waits for a free slot")


@require_POST
def job_skip_page(request: WorkspaceRequest, slug: str, job_id: uuid.UUID) -> HttpResponse:
    """Leave a row out that waits or has failed."""
    job = find_job(request, job_id)
    return _act(request, job, lambda: job_skip(job.pk, user=request.user), "is skipped")


@require_POST
def job_cancel_page(request: WorkspaceRequest, slug: str, job_id: uuid.UUID) -> HttpResponse:
    """Stop a row that waits or runs, also remotely."""
    job = find_job(request, job_id)
    return _act(request, job, lambda: job_cancel(job.pk, user=request.user), "is stopped")


def _act(request: WorkspaceRequest, job: Job, act: Callable[[], Controlled], done: str) -> HttpResponse:
    try:
        result = act()
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        told = done if result.affected_jobs else "was dealt with already"
        messages.success(request, f"Row {job.row_position} {told}.{_but(result.execution, job)}")
    return redirect(_page(request, job))


def _but(execution: Execution, job: Job) -> str:
    """What keeps a row that was asked for from being run."""
    waits = Job.objects.filter(pk=job.pk, status__in=[JobStatus.QUEUED, JobStatus.RETRYING]).exists()
    if waits and execution.status == ExecutionStatus.PAUSED:
        return f" Execution {execution.number} is paused: resume it to run the row."
    return ""


class OwnInstructionsForm(forms.Form):
    """Instructions for one row alone."""

    instructions = forms.CharField(
        required=False,
        max_length=MAX_INSTRUCTIONS,
        widget=forms.Textarea(attrs={"rows": 12}),
        label="Instructions for this site alone",
        help_text="Used by all later executions. Empty: the version's are used again.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def job_instructions(request: WorkspaceRequest, slug: str, job_id: uuid.UUID) -> HttpResponse:
    """Write instructions that are used for this row instead of the version's."""
    job = find_job(request, job_id)
    require(request.user, "projects.change", job.project)
    row = job.row
    begin = {"instructions": row.instructions or job.execution.instructions}
    form = OwnInstructionsForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["instructions"]
        is_same = not row.instructions and text.strip() == job.execution.instructions.strip()
        try:
            row_set_instructions(row=row, user=request.user, text="" if is_same else text)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            kept = "is run by instructions of its own" if row.instructions else "is run by the version's instructions"
            messages.success(request, f"In later executions row {row.position} {kept}.")
            if "run" in request.POST:
                return redirect(_run_again(job, slug))
            return redirect("job", slug=slug, job_id=job.pk)
    context = {"job": job, "execution": job.execution, "row": row, "form": form}
    return render(request, "executions/job/instructions.html", context)


def _run_again(job: Job, slug: str) -> str:
    """The run form for this row alone, with what its execution used."""
    query = urlencode({"like": job.execution_id, "rows": job.row_position})
    return f"{reverse('execution_create', args=[slug, job.batch_id])}?{query}"


def _page(request: WorkspaceRequest, job: Job) -> str:
    return address_back(request, "job", job.pk)
