"""Cells of truth that were changed together: what they were, and taking all of them back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.truth import shown_revisions
from mino.common.errors import ServiceError
from mino.common.pagination import keyset_page
from mino.common.ui.formats import number
from projects.models import TruthRevision
from projects.queries import Abilities
from projects.services.truth import truth_restore_change


@require_safe
def truth_change(request: WorkspaceRequest, slug: str, change_id: uuid.UUID) -> HttpResponse:
    """The cells of a change, newest first, with what they held before."""
    revisions, first = _change(request, change_id)
    require(request.user, "projects.view_results", first.batch.project)
    page = keyset_page(revisions.select_related("row", "user", "api_key"), request.GET)
    context = {
        "batch": first.batch,
        "project": first.batch.project,
        "abilities": Abilities.of(request.user, first.batch.project),
        "change": first,
        "cells": revisions.count(),
        "page": page,
        "revisions": shown_revisions(page.items),
    }
    return render(request, "analytics/truth/change.html", context)


@require_POST
def truth_change_take_back(request: WorkspaceRequest, slug: str, change_id: uuid.UUID) -> HttpResponse:
    """Give all cells of a change the values again that they had before."""
    revisions, first = _change(request, change_id)
    require(request.user, "projects.change_ground_truth", first.batch.project)
    total = revisions.count()
    try:
        cells = truth_restore_change(batch=first.batch, change=change_id, user=request.user).cells
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("truth_change", slug=slug, change_id=change_id)
    left = f" {number(total - cells)} changed since then stay as they are." if cells < total else ""
    told = "1 cell holds what it held before." if cells == 1 else f"{number(cells)} cells hold what they held before."
    messages.success(request, f"{told}{left}")
    return redirect("batch_truth", slug=slug, batch_id=first.batch_id)


def _change(request: WorkspaceRequest, change_id: uuid.UUID) -> tuple[Any, TruthRevision]:
    """The revisions of a change, and one of them. Raises Http404."""
    seen = TruthRevision.objects.visible_to(request.user).filter(
        batch__organization=request.organization, change=change_id
    )
    first: TruthRevision | None = seen.select_related("batch__project", "user", "api_key").order_by("id").first()
    if first is None:
        raise Http404("There is no such change of the truth.")
    return seen, first
