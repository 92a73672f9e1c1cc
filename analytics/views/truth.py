"""The ground truth: the cells of a row with their history, and all changes in a batch."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.sheet.cell import notes_of
from analytics.truth import answers_of, changes_from, editable_cells, shown_revisions, truth_columns
from executions.models import Job
from executions.services.accepting import answer_accept, answer_add
from executions.views.truth import tell_changed
from mino.common.errors import InvalidState, ServiceError
from mino.common.pagination import keyset_page
from mino.common.values.clean import clean_text
from projects.models import Column, Row, TruthRevision
from projects.queries import Abilities, batch_of
from projects.services.truth import TruthSet, truth_restore, truth_set

CHANGE = "projects.change_ground_truth"
PER_ROW = 20


@require_safe
def row_truth(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID, number: int) -> HttpResponse:
    """The truth of the row at the position `number`, what runs answered, and what was changed when and why."""
    row = _row_of(request, batch_id, number)
    return render(request, "analytics/truth/row.html", _row_context(request, row, typed={}))


@require_POST
def row_truth_change(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID, number: int) -> HttpResponse:
    """Change cells of a row, or with `take` make an execution's answer its truth. What was typed stays on a refusal."""
    row = _row_of(request, batch_id, number)
    require(request.user, CHANGE, row.batch.project)
    try:
        done = _change(request, row)
    except ServiceError as error:
        context = {**_row_context(request, row, typed=request.POST.dict()), "refusal": error.message}
        return render(
            request, "analytics/truth/row.html", context, status=409 if isinstance(error, InvalidState) else 422
        )
    tell_changed(request, done, row_id=row.pk)
    return redirect("row_truth", slug=slug, batch_id=batch_id, number=number)


@require_safe
def batch_truth(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """All changes of the truth of a batch, newest first."""
    batch = batch_of(request, batch_id)
    require(request.user, "projects.view_results", batch.project)
    page = keyset_page(_revisions().filter(batch=batch), request.GET)
    context = {
        "batch": batch,
        "project": batch.project,
        "abilities": Abilities.of(request.user, batch.project),
        "page": page,
        "revisions": shown_revisions(page.items),
    }
    return render(request, "analytics/truth/batch.html", context)


@require_POST
def truth_take_back(request: WorkspaceRequest, slug: str, revision_id: uuid.UUID) -> HttpResponse:
    """Give the cell of a revision the value again that it had before."""
    seen = TruthRevision.objects.visible_to(request.user).filter(batch__organization=request.organization)
    revision = get_object_or_404(seen.select_related("batch__project", "row"), pk=revision_id)
    require(request.user, CHANGE, revision.batch.project)
    try:
        done = truth_restore(revision=revision, user=request.user, seen=clean_text(request.POST.get("seen", "")))
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        tell_changed(request, done, row_id=revision.row_id)
    if request.POST.get("to") == "batch":
        return redirect("batch_truth", slug=slug, batch_id=revision.batch_id)
    return redirect("row_truth", slug=slug, batch_id=revision.batch_id, number=revision.row.position)


def _row_of(request: WorkspaceRequest, batch_id: uuid.UUID, number: int) -> Row:
    batch = batch_of(request, batch_id)
    require(request.user, "projects.view_results", batch.project)
    row: Row = get_object_or_404(Row, batch=batch, position=number)
    row.batch = batch
    return row


def _revisions() -> Any:
    return TruthRevision.objects.select_related("row", "user", "api_key")


def _row_context(request: WorkspaceRequest, row: Row, *, typed: Mapping[str, str]) -> dict[str, Any]:
    batch = row.batch
    columns = truth_columns(batch)
    page = keyset_page(_revisions().filter(row=row), request.GET, size=PER_ROW)
    return {
        "batch": batch,
        "project": batch.project,
        "abilities": Abilities.of(request.user, batch.project),
        "row": row,
        "columns": columns,
        "cells": editable_cells(row, columns, typed),
        "reason": typed.get("reason", ""),
        "answers": answers_of(row, columns),
        "page": page,
        "revisions": shown_revisions(page.items),
        "notes": notes_of(row, request.user),
        "before": row.position - 1 if row.position > 1 else None,
        "after": row.position + 1 if row.position < batch.row_count else None,
    }


def _change(request: WorkspaceRequest, row: Row) -> TruthSet:
    columns, data = truth_columns(row.batch), request.POST
    for name, service in (("take", answer_accept), ("add", answer_add)):
        if taken := data.get(name, ""):
            return _take(request, row, columns, taken, service)
    changes = changes_from(row, columns, data)
    return truth_set(batch=row.batch, changes=changes, user=request.user, reason=data.get("reason", ""))


def _take(
    request: WorkspaceRequest, row: Row, columns: list[Column], taken: str, service: Callable[..., TruthSet]
) -> TruthSet:
    """Make an answer the truth, or add it; `taken` names its job by its id and the column by its position."""
    job_id, _, position = taken.partition(":")
    column = next((one for one in columns if str(one.position) == position), None)
    with contextlib.suppress(ValidationError):  # no id at all
        job = Job.objects.filter(row=row, pk=job_id).select_related("execution", "batch__project").first()
        if job is not None and column is not None:
            return _accept(request, job, column, service)
    raise InvalidState("This answer is not there any more. Look at the page again.")


def _accept(request: WorkspaceRequest, job: Job, column: Column, service: Callable[..., TruthSet]) -> TruthSet:
    data = request.POST
    return service(
        job=job,
        column=column.name,
        user=request.user,
        reason=data.get("reason", ""),
        seen=clean_text(data.get(f"seen-{column.position}", "")),
    )
