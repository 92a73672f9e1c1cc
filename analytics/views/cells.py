"""One cell of truth: what is known about it, and the notes on it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.sheet.cell import answers_in, notes_of
from mino.common.errors import ServiceError
from mino.common.values.clean import clean_text
from mino.common.values.columns import ColumnRole
from projects.models import Row, TruthNote
from projects.queries import Abilities, batch_of
from projects.services.notes import note_add, note_delete

CHANGE = "projects.change_ground_truth"


@require_safe
def truth_cell(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID, number: int) -> HttpResponse:
    """The notes on a cell and what runs answered, as a part of the sheet's page.

    `column` in the address names its column; without it, that is the first one.
    """
    row = _row(request, batch_id, number)
    return _part(request, row, clean_text(request.GET.get("column", "")))


@require_POST
def truth_note_add(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID, number: int) -> HttpResponse:
    """Write a note on a cell."""
    row = _row(request, batch_id, number)
    require(request.user, CHANGE, row.batch.project)
    column, text = clean_text(request.POST.get("column", "")), request.POST.get("text", "")
    refusal = ""
    try:
        note_add(row=row, column=column, text=text, user=request.user)
    except ServiceError as error:
        refusal = error.message
    return _after(request, row, column, refusal, text if refusal else "")


@require_POST
def truth_note_delete(request: WorkspaceRequest, slug: str, note_id: uuid.UUID) -> HttpResponse:
    """Delete a note: its author or an admin."""
    seen = TruthNote.objects.visible_to(request.user).filter(batch__organization=request.organization)
    note: TruthNote = get_object_or_404(seen.select_related("batch__project", "row"), pk=note_id)
    require(request.user, CHANGE, note.batch.project)
    row = note.row
    row.batch = note.batch
    refusal = ""
    try:
        note_delete(note=note, user=request.user)
    except ServiceError as error:
        refusal = error.message
    return _after(request, row, note.column, refusal)


def _after(request: WorkspaceRequest, row: Row, column: str, refusal: str, typed: str = "") -> HttpResponse:
    """The part anew for the sheet, and the row's page for everybody else."""
    if request.htmx:
        return _part(request, row, column, refusal=refusal, typed=typed)
    if refusal:
        messages.error(request, refusal)
    return redirect("row_truth", slug=request.organization.slug, batch_id=row.batch_id, number=row.position)


def _part(request: WorkspaceRequest, row: Row, name: str, **more: Any) -> HttpResponse:
    columns = row.batch.columns.filter(role=ColumnRole.GROUND_TRUTH).order_by("position")
    column = (columns.filter(name=name) if name else columns).first()
    if column is None:
        raise Http404("The batch has no such column of truth.")
    context = {
        "batch": row.batch,
        "row": row,
        "column": column,
        "abilities": Abilities.of(request.user, row.batch.project),
        "notes": notes_of(row, request.user, column.name),
        "answers": answers_in(row, column),
        **more,
    }
    return render(request, "analytics/truth/_cell.html", context, status=422 if more.get("refusal") else 200)


def _row(request: WorkspaceRequest, batch_id: uuid.UUID, number: int) -> Row:
    batch = batch_of(request, batch_id)
    require(request.user, "projects.view_results", batch.project)
    row: Row = get_object_or_404(Row, batch=batch, position=number)
    row.batch = batch
    return row
