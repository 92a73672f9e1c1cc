"""Asks before something is done to many rows of a batch, and does it once that is confirmed."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.http import WorkspaceRequest
from accounts.models import User
from accounts.permissions import require
from analytics.bulk.acts import ACTS, CHANGE, EXPORT, Act
from analytics.bulk.doing import do, like_of, rows_in_words
from analytics.bulk.exporting import export_choices
from analytics.bulk.selection import Selection
from analytics.views.exports import LONGEST_QUERY, export_options
from executions.credentials.availability import usable_agents
from mino.common.errors import ServiceError
from mino.common.ui.formats import number
from projects.models import Batch, Tag
from projects.models.instruction_version import MAX_INSTRUCTIONS
from projects.queries import Abilities, batch_of

REFUSED = 409


@require_POST
def batch_bulk(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Count what is chosen and ask; with `confirmed=1` do it, if it still is as many rows as was said."""
    batch = batch_of(request, batch_id)
    try:
        selection = Selection.of(batch, request.POST)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("batch", slug=slug, batch_id=batch_id)
    if request.POST.get("act", "") == EXPORT:
        return _export(request, selection)
    act = ACTS.get(request.POST.get("act", ""))
    require(request.user, act.permission if act else CHANGE, batch.project)
    count = selection.count()
    if act is None or not count:
        messages.error(request, "Choose what to do." if count else "No row is chosen. Tick rows, or all of them.")
        return redirect(_back(slug, selection))
    if request.POST.get("confirmed") != "1":
        return _page(request, selection, act, count)
    if _told(request) != (count, batch.row_count):
        messages.warning(
            request, f"There were {number(_told(request)[0])} when you were asked; now it is {number(count)}."
        )
        return _page(request, selection, act, count, status=REFUSED)
    try:
        done = do(act.name, selection, request.user, request.POST.dict())
    except ServiceError as error:
        return _page(request, selection, act, count, error=error.message, status=REFUSED)
    messages.success(request, done.text)
    return redirect(done.address or _back(slug, selection))


def _export(request: WorkspaceRequest, selection: Selection) -> HttpResponse:
    """The choices of an export of exactly these rows: as an address, or at once where none holds so many numbers."""
    require(request.user, "projects.export_data", selection.batch.project)
    if not (selection.everything or selection.ticked):
        messages.error(request, "No row is chosen. Tick rows, or all of them.")
        return redirect(_back(request.organization.slug, selection))
    choices = export_choices(selection)
    query = choices.urlencode(safe=",")
    if len(query) > LONGEST_QUERY:
        return export_options(request, selection.execution or selection.batch, choices)
    subject, name = selection.execution or selection.batch, "batch_export_options"
    if selection.execution is not None:
        name = "execution_export_options"
    address = reverse(name, args=[request.organization.slug, subject.pk])
    return redirect(f"{address}?{query}" if query else address)


def _told(request: WorkspaceRequest) -> tuple[int, int]:
    """How many rows the page of the confirmation named, and how many the batch had then."""
    texts = [request.POST.get(name, "") for name in ("expected", "rows_then")]
    first, second = (int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1 for text in texts)
    return first, second


def _back(slug: str, selection: Selection) -> str:
    """The grid as it was, with its filter."""
    query = QueryDict(selection.query, mutable=True)
    query["execution"] = str(selection.execution.number) if selection.execution else "none"
    return f"{reverse('batch', args=[slug, selection.batch.pk])}?{query.urlencode()}"


def _page(
    request: WorkspaceRequest, selection: Selection, act: Act, count: int, *, error: str = "", status: int = 200
) -> HttpResponse:
    batch = selection.batch
    context: dict[str, Any] = {
        "batch": batch,
        "project": batch.project,
        "abilities": Abilities.of(request.user, batch.project),
        "act": act,
        "question": act.ask.format(rows=rows_in_words(count)),
        "count": count,
        "fields": selection.fields(),
        "execution": selection.execution,
        "error": error,
        "given": request.POST,
        "back": _back(request.organization.slug, selection),
        **_choices(batch, selection, act, request.user),
    }
    return render(request, "analytics/bulk/confirm.html", context, status=status)


def _choices(batch: Batch, selection: Selection, act: Act, user: User) -> dict[str, Any]:
    """What an act needs to know besides the rows."""
    if act.name in ("tag", "untag"):
        tags = list(Tag.objects.visible_to(user).filter(organization=batch.organization_id))
        return {"tags": tags, "may_make": user.has_perm("accounts.change_tags", batch.organization)}
    if act.name in ("rerun", "rerun_with"):
        versions = batch.project.versions.order_by("-number").only("number", "change_description", "project")[:50]
        like, agents = like_of(selection), usable_agents(batch.organization_id)
        return {"like": like, "agents": agents, "versions": list(versions), "text_length": MAX_INSTRUCTIONS}
    if act.name == "retry":
        return {"failed": selection.count_failed() if selection.execution else 0}
    return {"text_length": MAX_INSTRUCTIONS}
