"""The settings of a batch, and how its columns are compared."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from mino.common.values.clean import clean_text
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.options import options_for
from projects.forms import NamedForm, OptionsForm
from projects.models import Batch, Column
from projects.queries import Abilities, batch_of
from projects.services.batches import batch_update
from projects.services.columns import column_update_options


@require_http_methods(["GET", "HEAD", "POST"])
def batch_edit(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The settings of a batch: its name and description, and the way to delete it."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.change", batch.project)
    form = NamedForm(request.POST or None, initial={"name": batch.name, "description": batch.description})
    if request.method == "POST" and form.is_valid():
        try:
            batch_update(batch=batch, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, "The batch is saved.")
            return redirect("batch_edit", slug=slug, batch_id=batch.pk)
    return render(request, "projects/batch_edit.html", {**_common(request, batch), "form": form})


@require_safe
def batch_columns(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The columns of a batch: what each is for, and how its cells are compared."""
    batch = batch_of(request, batch_id)
    context = {**_common(request, batch), "columns": [_described(column) for column in batch.columns.all()]}
    return render(request, "projects/batch_columns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def batch_options(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """How the cells of the column that `?column=` names are compared from the next execution on."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.change_ground_truth", batch.project)
    truth = batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=clean_text(request.GET.get("column", "")))
    column = truth.select_related("batch__project").first()
    if column is None:
        messages.error(request, "No column of that name holds truth. Choose one of these.")
        return redirect("batch_columns", slug=slug, batch_id=batch.pk)
    form = OptionsForm(column, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            column_update_options(column=column, user=request.user, options=form.options())
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"Later executions compare {column.name} in the new way.")
            return redirect("batch_columns", slug=slug, batch_id=batch.pk)
    context = {**_common(request, batch), "column": column, "form": form}
    return render(request, "projects/batch_options.html", context)


def _described(column: Column) -> tuple[Column, list[tuple[str, object]]]:
    """The column, and its matching options that differ from their defaults, by their labels."""
    labels = {option.name: option.label for option in options_for(ColumnType(column.type))}
    return column, [(labels.get(name, name), value) for name, value in column.options.items()]


def _common(request: WorkspaceRequest, batch: Batch) -> dict[str, object]:
    return {"batch": batch, "project": batch.project, "abilities": Abilities.of(request.user, batch.project)}
