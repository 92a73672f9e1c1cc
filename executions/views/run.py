"""The dialog that starts an execution, as a page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.agents.registry import AGENTS
from executions.forms import ExecutionForm
from executions.models import Execution
from executions.services import creation
from mino.common.errors import ServiceError
from mino.common.ui.formats import number
from projects.models import Batch
from projects.queries import batch_of

ALREADY_RUNNING = "EXECUTION_ALREADY_RUNNING"


@require_http_methods(["GET", "HEAD", "POST"])
def execution_create(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Choose agent, version, rows and limits, and start; `?like=` begins with the choices of an earlier execution."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.run_execution", batch.project)
    form = ExecutionForm(request.POST or None, batch=batch, like=_like(batch, request.GET.get("like", "")))
    offer_parallel = "allow_parallel" in request.POST
    if request.method == "POST" and form.is_valid():
        try:
            execution = creation.execution_create(batch=batch, user=request.user, **form.chosen())
        except ServiceError as error:
            form.add_refusal(error)
            offer_parallel = offer_parallel or error.code == ALREADY_RUNNING
        else:
            rows = f"{number(execution.total_jobs)} row{'' if execution.total_jobs == 1 else 's'}"
            messages.success(request, f"Execution {execution.number} is started: {rows}.")
            return redirect("execution", slug=slug, execution_id=execution.pk)
    unavailable = [(kind, kind.missing()) for kind in AGENTS.values() if kind.build and kind.missing()]
    context = {
        "batch": batch,
        "project": batch.project,
        "form": form,
        "offer_parallel": offer_parallel,
        "unavailable": unavailable,
    }
    return render(request, "executions/run.html", context)


def _like(batch: Batch, text: str) -> Execution | None:
    """The execution of the same batch that `text` names, if there is one."""
    try:
        wanted = uuid.UUID(text)
    except ValueError:
        return None
    return Execution.objects.filter(batch=batch, pk=wanted).first()
