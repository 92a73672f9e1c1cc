"""The truth of a batch as a spreadsheet."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.sheet.asking import asked_cells
from analytics.sheet.pieces import sheet_columns, sheet_piece
from analytics.sheet.saving import outdated_cells, sheet_doubts, sheet_save
from analytics.truth import truth_columns
from mino.common.errors import InvalidState, ServiceError
from projects.models import Batch
from projects.queries import Abilities, batch_of
from projects.services.truth_cells import MAX_CELLS, TruthOutdated

CHANGE = "projects.change_ground_truth"
LAST_POSITION = 2**31 - 1


@require_safe
def truth_sheet(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The page with the sheet. `from` in the address is the first row that it shows."""
    batch = _batch(request, batch_id)
    columns = truth_columns(batch)
    abilities = Abilities.of(request.user, batch.project)
    first = min(_number(request, "from", 1), max(batch.row_count, 1))
    sheet = {
        "columns": sheet_columns(columns),
        "rows": batch.row_count,
        "first": first,
        "editable": abilities.truth,
        "most": MAX_CELLS,
    }
    context = {
        "batch": batch,
        "project": batch.project,
        "abilities": abilities,
        "columns": columns,
        "sheet": sheet,
        "first": first,
    }
    return render(request, "analytics/truth/sheet.html", context)


@require_safe
def truth_sheet_rows(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> JsonResponse:
    """Fifty rows behind the position `after`, as JSON."""
    batch = _batch(request, batch_id)
    return JsonResponse(sheet_piece(batch, truth_columns(batch), _number(request, "after", 0)))


@require_POST
def truth_sheet_save(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> JsonResponse:
    """Save the changed cells, all or none. Cells that somebody else changed meanwhile come back with 409."""
    batch = _batch(request, batch_id)
    require(request.user, CHANGE, batch.project)
    try:
        changes, reason = asked_cells(request)
        return JsonResponse(sheet_save(batch, changes, request.user, reason))
    except ServiceError as error:
        return _refusal(error)


@require_POST
def truth_sheet_check(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> JsonResponse:
    """Doubts about values that are not saved yet; nothing is changed."""
    batch = _batch(request, batch_id)
    require(request.user, CHANGE, batch.project)
    try:
        changes, _ = asked_cells(request)
        return JsonResponse({"doubts": sheet_doubts(batch, changes)})
    except ServiceError as error:
        return _refusal(error)


def _refusal(error: ServiceError) -> JsonResponse:
    outdated = outdated_cells(error) if isinstance(error, TruthOutdated) else []
    content = {"error": {"code": error.code, "message": error.message}, "outdated": outdated}
    return JsonResponse(content, status=409 if isinstance(error, InvalidState) else 422)


def _batch(request: WorkspaceRequest, batch_id: uuid.UUID) -> Batch:
    batch = batch_of(request, batch_id)
    require(request.user, "projects.view_results", batch.project)
    return batch


def _number(request: WorkspaceRequest, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    digits = text.isascii() and text.isdigit() and len(text) < 10
    return min(max(int(text), otherwise), LAST_POSITION) if digits else otherwise
