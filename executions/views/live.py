"""The live page of an execution."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.views.finding import find_execution
from executions.views.live_part import live_context
from executions.views.pages import TABS, execution_context


@require_safe
def execution(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """How far an execution is, what it does now, and how right it is; htmx asks for the live part alone.

    The other tabs ask with `?head=TAB` for their head, so that state, counts and controls stay true on them too.
    """
    found = find_execution(request, execution_id)
    tab = request.GET.get("head", "")
    if request.htmx and tab in TABS:
        return render(request, "executions/_head.html", execution_context(request, found, tab))
    context = {**execution_context(request, found, "live"), **live_context(found, request.GET, timezone.now())}
    return render(request, "executions/_live.html" if request.htmx else "executions/execution.html", context)
