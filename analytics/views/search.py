"""Finds batches of all projects."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from analytics.batch_list import BatchAsk, batch_page, lines_of
from projects.filters import SEARCH_LENGTH
from projects.models import Batch, Tag


@require_safe
def batch_search(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Batches of the organization by name, description or tag, newest first."""
    ask = BatchAsk.of(request.GET, request.organization, request.user)
    seen = Batch.objects.visible_to(request.user).filter(organization=request.organization)
    page = batch_page(ask.narrow(seen.select_related("project", "folder")), request.GET)
    context = {
        "page": page,
        "rows": lines_of(page.items),
        "ask": ask,
        "search_length": SEARCH_LENGTH,
        "tags": list(Tag.objects.visible_to(request.user).filter(organization=request.organization)),
    }
    return render(request, "analytics/batch_search.html", context)
