"""The answers that a filter of an execution's grid finds, taken as truth."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.sheet.taking import answers_take, filter_of, taking_plan
from analytics.truth import truth_columns
from executions.models import Execution
from mino.common.errors import InvalidState, ServiceError
from mino.common.values.clean import clean_text
from projects.queries import Abilities


@require_http_methods(["GET", "HEAD", "POST"])
def execution_take(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Look what taking the answers in the column `take` changes, for the filter in the address; then take them."""
    seen = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    execution: Execution = get_object_or_404(seen.select_related("batch__project"), pk=execution_id)
    require(request.user, "projects.change_ground_truth", execution.batch.project)
    columns = truth_columns(execution.batch)
    asked = clean_text(request.GET.get("take", ""))
    column = next((one.name for one in columns if one.name == asked), columns[0].name if columns else "")
    query = filter_of(request.GET, column)
    refusal, status = "", 200
    if request.method == "POST" and column:
        try:
            done = answers_take(
                execution=execution,
                column=column,
                query=query,
                digest=request.POST.get("digest", ""),
                user=request.user,
                reason=request.POST.get("reason", ""),
            )
        except ServiceError as error:
            refusal, status = error.message, 409 if isinstance(error, InvalidState) else 422
        else:
            what = "1 cell of truth is" if done.cells == 1 else f"{done.cells:,} cells of truth are"
            messages.success(request, f"{what} changed.")
            return redirect("batch_truth", slug=slug, batch_id=execution.batch_id)
    plan = None
    if column:
        try:
            plan = taking_plan(execution=execution, column=column, query=query, user=request.user)
        except ServiceError as error:
            refusal, status = error.message, 422
    context = {
        "batch": execution.batch,
        "project": execution.batch.project,
        "execution": execution,
        "abilities": Abilities.of(request.user, execution.batch.project),
        "columns": columns,
        "column": column,
        "filters": [
            (name, value) for name, values in request.GET.lists() for value in values if name not in ("take", "cursor")
        ],
        "plan": plan,
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "analytics/truth/take.html", context, status=status)
