"""The settings of a batch, and its columns."""

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
from mino.common.values.columns import ColumnType
from mino.common.values.options import options_for
from projects.forms import NamedForm
from projects.models import Batch, Column
from projects.queries import Abilities, batch_of
from projects.services.batches import batch_update


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


def _described(column: Column) -> tuple[Column, list[tuple[str, object]]]:
    """The column, and its matching options that differ from their defaults, by their labels."""
    labels = {option.name: option.label for option in options_for(ColumnType(column.type))}
    return column, [(labels.get(name, name), value) for name, value in column.options.items()]


def _common(request: WorkspaceRequest, batch: Batch) -> dict[str, object]:
    return {"batch": batch, "project": batch.project, "abilities": Abilities.of(request.user, batch.project)}
