"""What a control answers: the parts of the page that it changed, or without scripts the way back to the page."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.http import WorkspaceRequest
from executions.models import Execution
from executions.views.finding import find_execution
from executions.views.live_part import live_context
from executions.views.pages import TABS, execution_context
from mino.common.errors import InvalidInput, ServiceError

IN_DIALOGS = ("max_retries", "budget")
"""Fields whose mistakes are said beside them, in a dialog that stays open."""


def done(request: WorkspaceRequest, execution_id: uuid.UUID, told: str) -> HttpResponse:
    """It is done: `told` says what."""
    if not request.htmx:
        messages.success(request, told)
        return redirect(_way_back(request, execution_id))
    answer = render(request, "executions/_controlled.html", _context(request, execution_id))
    answer["HX-Trigger"] = json.dumps({"mino:toast": told})
    return answer


def refused(request: WorkspaceRequest, execution_id: uuid.UUID, error: ServiceError) -> HttpResponse:
    """It was not done, and the page says why: 422 where a value was wrong, else 409."""
    if not request.htmx:
        messages.error(request, error.message)
        return redirect(_way_back(request, execution_id))
    mistakes = {detail.path: detail.message for detail in error.details if detail.path in IN_DIALOGS}
    told = {"mistakes": mistakes, "refusal": "" if mistakes else error.message}
    status = 422 if isinstance(error, InvalidInput) else 409
    context = {**_context(request, execution_id), **told}
    return render(request, "executions/_controlled.html", context, status=status)


def begun(request: WorkspaceRequest, execution: Execution, told: str) -> HttpResponse:
    """Another execution was started, whose page is opened."""
    messages.success(request, told)
    address = reverse("execution", args=[request.organization.slug, execution.pk])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _tab(data: QueryDict) -> str:
    tab = data.get("tab", "")
    return tab if tab in TABS else "live"


def _way_back(request: WorkspaceRequest, execution_id: uuid.UUID) -> str:
    """The tab where the button was, with the filters that it had."""
    address = reverse(TABS[_tab(request.POST)], args=[request.organization.slug, execution_id])
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return f"{address}?{query}" if query else address


def _context(request: WorkspaceRequest, execution_id: uuid.UUID) -> Mapping[str, Any]:
    """The page as it is after the act. A live part that is open says what it shows, so that nothing moves."""
    execution = find_execution(request, execution_id)
    context = execution_context(request, execution, _tab(request.POST))
    if "live" in request.POST:
        context |= {"has_live_part": True, **live_context(execution, QueryDict(request.POST["live"]), timezone.now())}
    return context
