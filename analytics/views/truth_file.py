"""The truth of many rows set by a file: the form, the preview, and the change."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.truth import truth_columns
from mino.common.errors import InvalidState, ServiceError
from projects.models import Batch
from projects.queries import Abilities, batch_of
from projects.truth_files.services import Preview, truth_file_apply, truth_file_look_again, truth_file_preview

CHANGE = "projects.change_ground_truth"


class TruthFileForm(forms.Form):
    """A file, and whether its blank cells mean something."""

    file = forms.FileField(
        label="File",
        help_text="CSV or Excel, with the names of the columns in its first line.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.jsonl"}),
    )
    blank_clears = forms.BooleanField(
        label="Blank cells clear the truth",
        help_text="Otherwise a blank cell leaves the truth of its row as it is.",
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def truth_file(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Choose a file, then see what it would change."""
    batch = _batch(request, batch_id)
    form = TruthFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            preview = truth_file_preview(
                batch=batch,
                user=request.user,
                file=given["file"],
                name=given["file"].name,
                blank_clears=given["blank_clears"],
            )
        except ServiceError as error:
            form.add_error("file", error.message)
        else:
            return _previewed(request, batch, preview)
    return _page(request, batch, {"form": form, "columns": truth_columns(batch)}, status=422 if form.errors else 200)


@require_POST
def truth_file_set(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Set what the preview showed. Where things have changed since, the preview comes anew."""
    batch = _batch(request, batch_id)
    data = request.POST
    token, reason, leave_out = data.get("token", ""), data.get("reason", ""), "leave_out" in data
    try:
        cells = truth_file_apply(batch=batch, user=request.user, token=token, reason=reason, leave_out=leave_out)
    except ServiceError as error:
        return _refused(request, batch, token, error)
    what = "1 cell of truth is" if cells == 1 else f"{cells:,} cells of truth are"
    messages.success(request, f"{what} changed.")
    return redirect("batch_truth", slug=slug, batch_id=batch.pk)


def _refused(request: WorkspaceRequest, batch: Batch, token: str, error: ServiceError) -> HttpResponse:
    try:
        preview = truth_file_look_again(batch=batch, user=request.user, token=token)
    except ServiceError as gone:
        messages.error(request, gone.message)
        return redirect("truth_file", slug=request.organization.slug, batch_id=batch.pk)
    status = 409 if isinstance(error, InvalidState) else 422
    return _previewed(request, batch, preview, refusal=error.message, status=status)


def _previewed(
    request: WorkspaceRequest, batch: Batch, preview: Preview, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"preview": preview, "refusal": refusal, "reason": request.POST.get("reason", "")}
    return _page(request, batch, context, status=status)


def _page(request: WorkspaceRequest, batch: Batch, context: dict[str, Any], *, status: int) -> HttpResponse:
    shared = {"batch": batch, "project": batch.project, "abilities": Abilities.of(request.user, batch.project)}
    return render(request, "analytics/truth/file.html", {**shared, **context}, status=status)


def _batch(request: WorkspaceRequest, batch_id: uuid.UUID) -> Batch:
    batch = batch_of(request, batch_id)
    require(request.user, CHANGE, batch.project)
    return batch
