"""How far the scoring anew of stored results is, wherever their figures are shown."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.rescoring.progress import scoring_progress
from executions.rescoring.sweeping import rescorings_retry
from projects.queries import Abilities, batch_of


@require_safe
def rescoring_progress(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The part of a page that tells how many results of a batch are being scored anew; empty when none are.

    With `shown` the page has shown that some were, and is told that all is done.
    """
    batch = batch_of(request, batch_id)
    require(request.user, "projects.view_results", batch.project)
    context = {
        "batch": batch,
        "abilities": Abilities.of(request.user, batch.project),
        "progress": scoring_progress(batch),
    }
    return render(request, "executions/rescoring/_progress.html", {**context, "was_shown": "shown" in request.GET})


@require_POST
def rescoring_retry(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Try again what could not be scored anew."""
    batch = batch_of(request, batch_id)
    if rescorings_retry(batch=batch, user=request.user):
        messages.success(request, "The results are being scored anew once more.")
    else:
        messages.info(request, "Nothing is left to try again.")
    return redirect("batch_truth", slug=slug, batch_id=batch.pk)
