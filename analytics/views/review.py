"""Review mode: the entry, one cell at a time, and what its keys do."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.models import Decision, ReviewReservation
from analytics.review.deciding import CHANGE, Said, cell_decide, decision_undo
from analytics.review.presenting import can_be_reviewed, decisions_of, progress_of, shown_cell
from analytics.review.queue import (
    DISAGREEMENTS,
    REASONS,
    Filter,
    Found,
    Queue,
    find_cell,
    is_decided,
    place_of_cell,
)
from analytics.review.reserving import cell_reserve, holder_of, next_reserved
from analytics.review.shapes import shape_choices, shaped_cells
from executions.models import Execution, FieldResult
from executions.views.finding import find_execution
from mino.common.errors import ServiceError
from mino.common.pagination import keyset_page
from mino.common.values.clean import clean_text
from mino.common.values.columns import ColumnRole

KEYS = {
    "a": Decision.TRUTH_WRONG,
    "x": Decision.AGENT_WRONG,
    "b": Decision.BOTH,
    "c": Decision.SITE_CHANGED,
    "f": Decision.SITE_CHANGED,
    "e": Decision.EDITED,
}
FORGET = "f"
PER_PAGE = 20


@require_safe
def execution_review(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """The cell that the address names, or how far the review has come; opening it reserves nothing."""
    execution = _execution(request, execution_id)
    narrowed = _filter(execution, request.GET)
    context: dict[str, Any] = {
        "execution": execution,
        "batch": execution.batch,
        "project": execution.project,
        "narrowed": narrowed,
        "query": _query(narrowed),
        "progress": progress_of(execution, narrowed),
    }
    if not can_be_reviewed(execution.batch):
        return render(request, "analytics/review/no_truth.html", context)
    cell = _cell(execution, request.GET.get("cell", ""))
    if cell is None:
        return render(request, "analytics/review/start.html", {**context, **_start(request, execution, narrowed)})
    holder = holder_of(cell)
    return render(
        request,
        "analytics/review/cell.html",
        {
            **context,
            "cell": shown_cell(cell),
            "place": request.GET.get("place", "") or place_of_cell(cell),
            "holder": holder,
            "is_mine": holder is not None and holder.user_id == request.user.pk,
            "is_settled": cell.outcome not in DISAGREEMENTS or is_decided(cell),
        },
    )


@require_POST
def review_go(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Go to the next cell, the previous one, or the first, and reserve it."""
    execution = _execution(request, execution_id)
    back = request.POST.get("to") == "previous"
    return _go(request, execution, place=request.POST.get("place", ""), back=back)


@require_POST
def review_decide(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Decide about a cell as the pressed key says, and go to the next one."""
    execution = _execution(request, execution_id)
    cell, data = _cell(execution, request.POST.get("cell", "")), request.POST
    decision = KEYS.get(data.get("key", ""))
    if cell is None or decision is None:
        messages.error(request, "This cell can't be decided about any more. Go on to the next one.")
        return _go(request, execution, place=data.get("place", ""))
    said = Said(
        decision=decision,
        seen=clean_text(data.get("seen", "")),
        value=data.get("value", ""),
        note=clean_text(data.get("note", "")).strip(),
        forget=data.get("key") == FORGET,
    )
    try:
        done = cell_decide(cell=cell, said=said, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect(_address(request, execution, _filter(execution, data), Found(cell, data.get("place", ""))))
    messages.success(request, f"{done.get_decision_display()}: {cell.column} of row {cell.job.row_position}.")
    return _go(request, execution, place=data.get("place", ""))


@require_POST
def review_undo(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Take back what the reader decided last here, and show its cell again."""
    execution = _execution(request, execution_id)
    try:
        undone = decision_undo(execution=execution, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
        cell = _cell(execution, request.POST.get("cell", ""))
    else:
        messages.success(request, f"Undone: {undone.column} of row {undone.job.row_position}.")
        found = FieldResult.objects.current().filter(job=undone.job_id, column=undone.column).first()
        cell = find_cell(execution, found.pk) if found else None
    narrowed = _filter(execution, request.POST)
    if cell is None:
        return redirect(_address(request, execution, narrowed, None))
    cell_reserve(cell, request.user)
    return redirect(_address(request, execution, narrowed, Found(cell, place_of_cell(cell))))


@require_POST
def review_hold(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Renew the reservation of the cell that somebody looks at; asked every minute."""
    execution = _execution(request, execution_id)
    cell = _cell(execution, request.POST.get("cell", ""))
    holder: ReviewReservation | None = None
    if cell is not None:
        cell_reserve(cell, request.user)
        holder = holder_of(cell)
    is_mine = holder is not None and holder.user_id == request.user.pk
    return render(request, "analytics/review/_held.html", {"holder": holder, "is_mine": is_mine})


def _execution(request: WorkspaceRequest, execution_id: uuid.UUID) -> Execution:
    execution = find_execution(request, execution_id)
    require(request.user, CHANGE, execution.project)
    return execution


def _columns(execution: Execution) -> list[str]:
    return [str(one["name"]) for one in execution.columns if one["role"] == ColumnRole.GROUND_TRUTH]


def _filter(execution: Execution, query: QueryDict) -> Filter:
    return Filter.of(query, _columns(execution), shaped_cells(execution, query.get("pattern", "")))


def _query(narrowed: Filter) -> str:
    query = QueryDict(mutable=True)
    query.update(narrowed.words)
    return query.urlencode()


def _cell(execution: Execution, text: str) -> FieldResult | None:
    try:
        return find_cell(execution, uuid.UUID(text))
    except (ValueError, ValidationError):
        return None


def _go(request: WorkspaceRequest, execution: Execution, *, place: str, back: bool = False) -> HttpResponse:
    narrowed = _filter(execution, request.POST)
    queue = Queue(execution, request.user, narrowed)
    found = next_reserved(queue, execution, request.user, place=place, back=back)
    if found is None:
        messages.info(request, "This is the first cell that waits." if back else "Nothing more waits here.")
        cell = _cell(execution, request.POST.get("cell", "")) if back else None
        found = Found(cell, place) if cell else None
    return redirect(_address(request, execution, narrowed, found))


def _address(request: WorkspaceRequest, execution: Execution, narrowed: Filter, found: Found | None) -> str:
    query = QueryDict(mutable=True)
    query.update(narrowed.words)
    if found is not None:
        query["cell"] = str(found.cell.pk)
        query["place"] = found.place
    base = reverse("execution_review", args=[request.organization.slug, execution.pk])
    return f"{base}?{query.urlencode()}" if query else base


def _start(request: WorkspaceRequest, execution: Execution, narrowed: Filter) -> dict[str, Any]:
    decisions = decisions_of(execution).select_related("user", "api_key", "row", "job")
    page = keyset_page(decisions, request.GET, size=PER_PAGE)
    return {
        "columns": _columns(execution),
        "outcomes": DISAGREEMENTS,
        "reasons": REASONS,
        "shapes": shape_choices(execution, narrowed.column),
        "page": page,
        "waits": Queue(execution, request.user, narrowed).first() is not None,
    }
