"""Suspects in the truth of a project, and where its answers can be reviewed."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import F, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.models import Suspect, SuspectState
from analytics.review.deciding import CHANGE
from analytics.review.queue import DISAGREEMENTS, SUSPECT_KEYS
from analytics.suspects.services import suspect_correct, suspect_dismiss, suspect_reopen
from executions.models import ColumnStatistic, Execution
from executions.views.truth import tell_changed
from mino.common.errors import ServiceError
from mino.common.pagination import keyset_page
from mino.common.values.clean import clean_text
from projects.models import Batch, Project
from projects.queries import Abilities, project_of

PER_PAGE = 25
MOST_EXECUTIONS = 20


@require_safe
def project_suspects(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """The suspects of a project or one of its batches, the strongest first."""
    project = project_of(request, project_id)
    require(request.user, "projects.view_results", project)
    asked = asked_suspects(request, project)
    page = keyset_page(
        asked.suspects.select_related("row", "batch", "decided_by", "api_key"),
        request.GET,
        keys=SUSPECT_KEYS,
        size=PER_PAGE,
    )
    context = {
        "project": project,
        "abilities": Abilities.of(request.user, project),
        "batch": asked.batch,
        "state": asked.state,
        "states": SuspectState.choices,
        "page": page,
        "back": request.get_full_path(),
    }
    return render(request, "analytics/suspects/list.html", context)


class AskedSuspects(NamedTuple):
    """The suspects that an address asks for: in which state, and of which batch if of one."""

    suspects: QuerySet[Suspect]
    state: str
    batch: Batch | None


def asked_suspects(request: WorkspaceRequest, project: Project) -> AskedSuspects:
    """What the address asks for; the open ones of the whole project where it says nothing."""
    state = request.GET.get("state", "")
    state = state if state in SuspectState.values else SuspectState.OPEN.value
    batch = _batch(request, project)
    suspects = Suspect.objects.visible_to(request.user).filter(state=state)
    return AskedSuspects(suspects.filter(batch=batch) if batch else suspects.filter(project=project), state, batch)


@require_safe
def project_review(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Where answers of a project, or of one of its batches, can be reviewed: the newest executions with truth."""
    project = project_of(request, project_id)
    require(request.user, CHANGE, project)
    batch = _batch(request, project)
    executions = Execution.objects.visible_to(request.user).filter(project=project, gradable_fields__gt=0)
    if batch is not None:
        executions = executions.filter(batch=batch)
    newest = list(
        executions.select_related("batch", "instruction_version")
        .defer("instructions", "instruction_version__text", "columns")
        .order_by("-created_at", "-id")[:MOST_EXECUTIONS]
    )
    suspects = Suspect.objects.visible_to(request.user).filter(project=project, state=SuspectState.OPEN)
    context = {
        "project": project,
        "abilities": Abilities.of(request.user, project),
        "batch": batch,
        "lines": [(one, waiting) for one, waiting in _with_disagreements(newest) if waiting],
        "has_truth": Batch.objects.filter(project=project, truth_row_count__gt=0).exists(),
        "suspects": suspects[:100].count(),
    }
    return render(request, "analytics/review/executions.html", context)


@require_POST
def suspect_correct_truth(request: WorkspaceRequest, slug: str, suspect_id: uuid.UUID) -> HttpResponse:
    """Make what independent results agree on the truth."""
    suspect = _suspect(request, suspect_id)
    require(request.user, CHANGE, suspect.project)
    try:
        done = suspect_correct(suspect=suspect, user=request.user, seen=clean_text(request.POST.get("seen", "")))
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        tell_changed(request, done, row_id=suspect.row_id)
    return _back(request, suspect)


@require_POST
def suspect_dismiss_it(request: WorkspaceRequest, slug: str, suspect_id: uuid.UUID) -> HttpResponse:
    """Say that the truth is right."""
    suspect = _suspect(request, suspect_id)
    require(request.user, CHANGE, suspect.project)
    try:
        suspect_dismiss(suspect=suspect, user=request.user, seen=clean_text(request.POST.get("seen", "")))
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{suspect.column} of row {suspect.row.position} stays as it is.")
    return _back(request, suspect)


@require_POST
def suspect_open_again(request: WorkspaceRequest, slug: str, suspect_id: uuid.UUID) -> HttpResponse:
    """Take a dismissal back."""
    suspect = _suspect(request, suspect_id)
    require(request.user, CHANGE, suspect.project)
    try:
        suspect_reopen(suspect=suspect, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{suspect.column} of row {suspect.row.position} is suspect again.")
    return _back(request, suspect)


def _suspect(request: WorkspaceRequest, suspect_id: uuid.UUID) -> Suspect:
    seen = Suspect.objects.visible_to(request.user).filter(organization=request.organization)
    found: Suspect = get_object_or_404(seen.select_related("project", "batch__project", "row"), pk=suspect_id)
    return found


def _back(request: WorkspaceRequest, suspect: Suspect) -> HttpResponse:
    """To the list as it was, at the suspect that followed."""
    address = reverse("project_suspects", args=[request.organization.slug, suspect.project_id])
    query = request.POST.get("query", "")
    query = query if len(query) < 2000 and "\n" not in query and "\r" not in query else ""
    return redirect(f"{address}?{query}" if query else address)


def _batch(request: WorkspaceRequest, project: Project) -> Batch | None:
    """The batch of the project that the address names, if it names one."""
    try:
        wanted = uuid.UUID(request.GET.get("batch", ""))
    except ValueError:
        return None
    found: Batch | None = Batch.objects.visible_to(request.user).filter(project=project, pk=wanted).first()
    return found


def _with_disagreements(executions: list[Execution]) -> list[tuple[Execution, int]]:
    """Each execution with the number of its disagreements: one query over the counters of columns."""
    total: Any = sum((F(name) for name in DISAGREEMENTS[1:]), F(DISAGREEMENTS[0]))
    counted = ColumnStatistic.objects.filter(execution__in=executions).values("execution").annotate(waiting=Sum(total))
    counts = dict(counted.values_list("execution", "waiting"))
    return [(one, counts.get(one.pk, 0)) for one in executions]
