"""The matcher playground: which cells of real results would flip if a column were compared in another way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.models import Execution
from executions.rescoring.trying import MOST_SHOWN, Flip, Trial, try_options
from executions.views.cells import clip, shown_value
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from mino.common.values.clean import clean_text
from mino.common.values.columns import ColumnRole
from projects.forms import OptionsForm
from projects.models import Batch, Column
from projects.queries import Abilities, batch_of
from projects.services.columns import checked_options, column_update_options

MOST_EXECUTIONS = 20


@require_http_methods(["GET", "HEAD", "POST"])
def matching_playground(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Other options for the column that `column` names, and what they would change; a POST makes them the column's."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.change_ground_truth", batch.project)
    require(request.user, "projects.view_results", batch.project)
    sent = request.POST if request.method == "POST" else request.GET
    column = _column(batch, sent.get("column", "") or request.GET.get("column", ""))
    if column is None:
        messages.error(request, "No column of that name holds truth. Choose one of these.")
        return redirect("batch_columns", slug=slug, batch_id=batch.pk)
    form = OptionsForm(column, sent if request.method == "POST" or "try" in sent else None)
    executions = _executions(batch)
    chosen = _chosen(executions, sent.get("execution", ""))
    if request.method == "POST" and _saved(request, column, form):
        query = {"column": column.name, **({"execution": str(chosen.pk)} if chosen else {})}
        return redirect(f"{reverse('matching_playground', args=[slug, batch.pk])}?{urlencode(query)}")
    context = {
        "batch": batch,
        "project": batch.project,
        "abilities": Abilities.of(request.user, batch.project),
        "column": column,
        "form": form,
        "executions": executions,
        "execution": chosen,
        **_tried(chosen, column, form),
    }
    template = "executions/playground/_flips.html" if request.htmx else "executions/playground/page.html"
    return render(request, template, context)


def _column(batch: Batch, name: str) -> Column | None:
    truth = batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=clean_text(name))
    return truth.select_related("batch__project").first()


def _executions(batch: Batch) -> Sequence[Execution]:
    """The newest that have results."""
    return list(Execution.objects.filter(batch=batch, completed_jobs__gt=0).order_by("-created_at", "-id")[:20])


def _chosen(executions: Sequence[Execution], wanted: str) -> Execution | None:
    return next((one for one in executions if str(one.pk) == wanted), next(iter(executions), None))


def _saved(request: WorkspaceRequest, column: Column, form: OptionsForm) -> bool:
    if not form.is_valid():
        return False
    try:
        column_update_options(column=column, user=request.user, options=form.options())
    except ServiceError as error:
        add_service_error(form, error)
        return False
    messages.success(request, f"{column.name} is compared in the new way, and what is stored is scored anew.")
    return True


def _tried(execution: Execution | None, column: Column, form: OptionsForm) -> dict[str, Any]:
    """What the options in the form would change, if they can be used."""
    if execution is None or (form.is_bound and not form.is_valid()):
        return {}
    try:
        options = checked_options(column, form.options()) if form.is_bound else column.matching
    except ServiceError as error:
        add_service_error(form, error)
        return {}
    trial = try_options(execution, column.name, options)
    if trial is None:
        return {"was_not_asked": True}
    return {
        "trial": trial,
        "flows": sorted(trial.flows.items(), key=lambda one: -one[1]),
        "flips": [_line(flip) for flip in trial.flips],
        "rows_more": trial.passed_after - trial.passed_before,
        "most_shown": MOST_SHOWN,
        "is_part": _is_part(trial),
    }


def _is_part(trial: Trial) -> bool:
    return trial.cells < trial.results


def _line(flip: Flip) -> dict[str, Any]:
    return {
        "job_id": flip.stored.job_id,
        "position": flip.stored.row_position,
        "url": flip.stored.url,
        "truth": clip(flip.truth),
        "answer": shown_value(flip.answer),
        "before": flip.before,
        "after": flip.after,
    }
