"""Truth that is corrected from the page of a job."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.models import Job, JobStatus
from executions.services.accepting import answer_accept
from executions.views.finding import find_job
from mino.common.errors import InvalidInput, ServiceError
from mino.common.values.clean import clean_text
from mino.common.values.columns import ColumnRole
from projects.services.truth import TruthSet, truth_set
from projects.services.truth_cells import CellChange, absent_value


@require_POST
def job_truth(request: WorkspaceRequest, slug: str, job_id: uuid.UUID) -> HttpResponse:
    """Take the agent's answer in one column as truth, or say that there is nothing to find, as `act` tells."""
    found = find_job(request, job_id)
    require(request.user, "projects.change_ground_truth", found.project)
    try:
        done = _change(request, found)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        tell_changed(request, done, row_id=found.row_id)
    return redirect("job", slug=slug, job_id=found.pk)


def _change(request: WorkspaceRequest, job: Job) -> TruthSet:
    column, reason = request.POST.get("column", ""), request.POST.get("reason", "")
    seen = clean_text(request.POST.get("seen", ""))
    if request.POST.get("act") != "absent":
        return answer_accept(job=job, column=column, user=request.user, reason=reason, seen=seen)
    found = job.batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=clean_text(column)).first()
    if found is None:
        raise InvalidInput("The batch has no column of truth of that name any more.")
    change = CellChange(job.row_id, found.name, absent_value(found), seen)
    return truth_set(batch=job.batch, changes=[change], user=request.user, reason=reason or "Known to be absent")


def tell_changed(request: WorkspaceRequest, done: TruthSet, *, row_id: uuid.UUID) -> None:
    """Say what has changed in a row and how many results were scored anew, and what may be wrong with the values."""
    if not done.cells:
        messages.info(request, "Nothing has changed: the truth is that already.")
        return
    results = Job.objects.filter(row=row_id, status=JobStatus.COMPLETED).count()
    what = f"The truth of {done.revisions[0].column} is" if done.cells == 1 else f"{done.cells} cells of truth are"
    anew = f" {results} stored result{' is' if results == 1 else 's are'} scored anew." if results else ""
    messages.success(request, f"{what} changed.{anew}")
    for doubt in done.doubts:
        messages.warning(request, doubt)
