"""Failure patterns: those of a project, one of them, those of an execution, and what is done about them."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.models import FailurePattern, PatternAnalysis, PatternKind, PatternOccurrence
from analytics.patterns import services
from analytics.patterns.listing import PatternAsk, choices_of
from analytics.patterns.presenting import (
    examples_of,
    lift_words,
    lines_of,
    lines_of_execution,
    occurrences_of,
    trend_of,
)
from analytics.patterns.words import explained, grid_filter, inside_words, review_filter, title_of
from executions.views.answering import begun
from executions.views.finding import find_execution
from executions.views.pages import execution_context
from mino.common.errors import ServiceError
from mino.common.pagination import keyset_page
from mino.common.ui.formats import number
from projects.models import InstructionVersion, Project
from projects.queries import Abilities, project_of

SHOWN_OF_EXECUTION = 20


@require_safe
def project_patterns(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """The patterns of a project, the heaviest first."""
    project = project_of(request, project_id)
    require(request.user, "projects.view_results", project)
    ask = PatternAsk.of_query(request.GET)
    page = keyset_page(ask.filter(patterns_of(project)), request.GET, keys=("weight", "id"))
    context = {
        "project": project,
        "abilities": Abilities.of(request.user, project),
        "page": page,
        "lines": lines_of(page.items),
        "ask": ask,
        **choices_of(project),
    }
    return render(request, "analytics/patterns/list.html", context)


def patterns_of(project: Project) -> QuerySet[FailurePattern]:
    """The patterns of a project with what a list of them shows."""
    related = FailurePattern.objects.filter(project=project).select_related("last_execution", "cured_by")
    found: QuerySet[FailurePattern] = related.defer(
        "last_execution__instructions", "last_execution__columns", "cured_by__text"
    )
    return found


@require_safe
def pattern(request: WorkspaceRequest, slug: str, pattern_id: uuid.UUID) -> HttpResponse:
    """What a pattern is, how often it occurs, examples, and what may be done."""
    found = _find(request, pattern_id)
    occurrences = occurrences_of(found)
    latest = next((one for one in occurrences if one.is_found), None) or services.latest_seen(found)
    newest = found.project.versions.defer("text").order_by("-number").first()
    context = {
        "pattern": found,
        "project": found.project,
        "abilities": Abilities.of(request.user, found.project),
        "title": title_of(found),
        "explained": explained(found),
        "inside": inside_words(found) if found.key and latest and latest.lift is not None else None,
        "lift": lift_words(latest.lift if latest else None),
        "lift_bounds": [lift_words(one) for one in (latest.lift_low, latest.lift_high)] if latest else [],
        "occurrences": occurrences,
        "trend": trend_of(occurrences),
        "latest": latest,
        "examples": examples_of(latest),
        "remedy": services.remedy_for(found, latest),
        "remedy_about": services.about_remedy(found),
        "newest": newest if newest and latest and newest.number > latest.execution.instruction_version.number else None,
        "review_url": _review_url(slug, found, latest),
        "rows_url": _rows_url(slug, found, latest),
    }
    return render(request, "analytics/patterns/detail.html", context)


@require_safe
def execution_patterns(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """The heaviest patterns of an execution; htmx asks for the part alone, until they are found."""
    execution = find_execution(request, execution_id)
    analysis = PatternAnalysis.objects.filter(execution=execution).first()
    found = PatternOccurrence.objects.filter(execution=execution, is_found=True).select_related("pattern")
    shown = list(found.defer("positions").order_by("-weight", "-pk")[: SHOWN_OF_EXECUTION + 1])
    may_run = request.user.has_perm("projects.run_execution", execution.project)
    context: dict[str, Any] = {
        "execution": execution,
        "analysis": analysis,
        "search": services.search_status(analysis),
        "lines": lines_of_execution(shown[:SHOWN_OF_EXECUTION]),
        "more": len(shown) > SHOWN_OF_EXECUTION,
        "may_run": may_run,
        "project": execution.project,
    }
    if request.htmx:
        return render(request, "analytics/patterns/_execution.html", context)
    page = execution_context(request, execution, "patterns")
    return render(request, "analytics/patterns/execution.html", {**page, **context})


@require_POST
def execution_patterns_find(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Look for the patterns of an execution now."""
    execution = find_execution(request, execution_id)
    try:
        services.patterns_ask(execution, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The patterns of execution {execution.number} are looked for.")
    return redirect("execution_patterns", slug=slug, execution_id=execution.pk)


@require_POST
def pattern_rerun(request: WorkspaceRequest, slug: str, pattern_id: uuid.UUID) -> HttpResponse:
    """Run exactly the rows of a pattern again: as they were run last, or by the version that `version` names."""
    found = _find(request, pattern_id)
    require(request.user, "projects.run_execution", found.project)
    asked = request.POST.get("version", "")
    version: InstructionVersion | None = None
    if asked:
        is_number = asked.isascii() and asked.isdecimal() and len(asked) < 10
        version = get_object_or_404(found.project.versions, number=int(asked) if is_number else 0)
    try:
        execution = services.pattern_run(found, user=request.user, version=version)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("pattern", slug=slug, pattern_id=found.pk)
    rows = f"{number(execution.total_jobs)} row{'' if execution.total_jobs == 1 else 's'}"
    return begun(request, execution, f"Execution {execution.number} is started: {rows} of this pattern.")


@require_POST
def pattern_dismiss(request: WorkspaceRequest, slug: str, pattern_id: uuid.UUID) -> HttpResponse:
    """Put a pattern aside."""
    found = _find(request, pattern_id)
    services.pattern_dismiss(found, user=request.user)
    messages.success(request, "The pattern is dismissed. It stays listed under “Dismissed”.")
    return redirect("pattern", slug=slug, pattern_id=found.pk)


@require_POST
def pattern_reopen(request: WorkspaceRequest, slug: str, pattern_id: uuid.UUID) -> HttpResponse:
    """Take a pattern up again."""
    found = _find(request, pattern_id)
    services.pattern_reopen(found, user=request.user)
    messages.success(request, "The pattern is open again.")
    return redirect("pattern", slug=slug, pattern_id=found.pk)


def _find(request: WorkspaceRequest, pattern_id: uuid.UUID) -> FailurePattern:
    seen = FailurePattern.objects.visible_to(request.user).filter(organization=request.organization)
    related = seen.select_related("project__production_version", "project__organization", "cured_by", "last_execution")
    found: FailurePattern = get_object_or_404(related, pk=pattern_id)
    require(request.user, "projects.view_results", found.project)
    return found


def _review_url(slug: str, found: FailurePattern, latest: PatternOccurrence | None) -> str:
    """Where the cells of a pattern are reviewed; empty where there are none."""
    if latest is None or found.kind == PatternKind.ERROR:
        return ""
    return f"{reverse('execution_review', args=[slug, latest.execution_id])}?{urlencode(review_filter(found))}"


def _rows_url(slug: str, found: FailurePattern, latest: PatternOccurrence | None) -> str:
    """The rows of a pattern in the grid; empty where the grid's filters can't tell them."""
    wanted = grid_filter(found)
    if latest is None or not wanted:
        return ""
    query = urlencode({"execution": latest.execution.number, **wanted})
    return f"{reverse('batch', args=[slug, latest.execution.batch_id])}?{query}"
