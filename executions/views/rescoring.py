"""How far the scoring anew of stored results is, wherever their figures are shown."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.models import Rescoring, RescoringStatus
from executions.models.rescoring import SCORING
from executions.rescoring.sweeping import rescorings_retry
from projects.models import Batch
from projects.queries import Abilities, batch_of


@require_safe
def rescoring_progress(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """The part of a page that tells how many results of a batch are being scored anew; empty when none are.

    With `shown` the page has shown that some were, and is told that all is done.
    """
    batch = batch_of(request, batch_id)
    require(request.user, "projects.view_results", batch.project)
    context = {"batch": batch, "abilities": Abilities.of(request.user, batch.project), **_state(batch)}
    return render(request, "executions/rescoring/_progress.html", {**context, "was_shown": "shown" in request.GET})


def _state(batch: Batch) -> dict[str, Any]:
    under_way = Rescoring.objects.filter(batch=batch, status__in=SCORING)
    told: dict[str, Any] = under_way.aggregate(
        total=Sum("jobs_total"),
        done=Sum("jobs_done"),
        executions=Count("pk"),
        failed=Count("pk", filter=Q(status=RescoringStatus.FAILED)),
    )
    return told


@require_POST
def rescoring_retry(request: WorkspaceRequest, slug: str, batch_id: uuid.UUID) -> HttpResponse:
    """Try again what could not be scored anew."""
    batch = batch_of(request, batch_id)
    if rescorings_retry(batch=batch, user=request.user):
        messages.success(request, "The results are being scored anew once more.")
    else:
        messages.info(request, "Nothing is left to try again.")
    return redirect("batch_truth", slug=slug, batch_id=batch.pk)
