"""The page of one job, and the raw answers of its attempts."""

from __future__ import annotations

import json
import uuid

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.agents.registry import AGENTS
from executions.help.problem import problem_of
from executions.models import Job, Session
from executions.pictures.serving import lock_down
from executions.views.attempts import attempts_of, read_number
from executions.views.cells import cells_of, outcome_counts, with_offers
from executions.views.error_words import meaning_of
from executions.views.figures import field_names
from executions.views.finding import find_job

OTHER_EXECUTIONS = 10


@require_safe
def job(request: WorkspaceRequest, slug: str, job_id: uuid.UUID) -> HttpResponse:
    """Expected beside extracted, the attempts in time, what went wrong; htmx asks for the live part alone."""
    found = find_job(request, job_id)
    cells = cells_of(found)
    may_truth = request.user.has_perm("projects.change_ground_truth", found.project)
    before, after = _neighbours(found)
    kind = AGENTS.get(found.execution.agent)
    over_time = _over_time(found)
    context = {
        "job": found,
        "execution": found.execution,
        "cells": with_offers(cells, found) if may_truth else cells,
        "may_truth": may_truth,
        "outcomes": outcome_counts(cells),
        "good_cells": sum(cell.outcome in ("correct", "correctly_empty") for cell in cells),
        "attempts": attempts_of(found, read_number(request.GET.get("attempts_before", "")), timezone.now()),
        "before": before,
        "after": after,
        "over_time": over_time,
        "fields": field_names(found.execution),
        "meaning": meaning_of(found.error_code) if found.error_code else None,
        "agent_label": kind.label if kind else found.execution.agent,
        "may_run": request.user.has_perm("projects.run_execution", found.project),
        **problem_of(request, found, same_row=over_time),
    }
    return render(request, "executions/_job_live.html" if request.htmx else "executions/job.html", context)


@require_safe
def job_answer(request: WorkspaceRequest, slug: str, job_id: uuid.UUID, number: int) -> HttpResponse:
    """What the agent answered at an attempt, as it came, as plain text."""
    found = find_job(request, job_id)
    session = get_object_or_404(Session, job=found, number=number)
    text = json.dumps(session.raw_result, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    return lock_down(response)


def _neighbours(found: Job) -> tuple[Job | None, Job | None]:
    """The jobs before and after this one in the execution's order."""
    beside = Job.objects.filter(
        execution=found.execution_id, position__in=[found.position - 1, found.position + 1]
    ).only("position", "row_position")
    by_position = {one.position: one for one in beside}
    return by_position.get(found.position - 1), by_position.get(found.position + 1)


def _over_time(found: Job) -> QuerySet[Job]:
    """The jobs of the same row in this and other executions, the latest first."""
    same_row = Job.objects.filter(row=found.row_id).select_related("execution", "execution__instruction_version")
    fields = (
        "position",
        "status",
        "outcomes",
        "evaluation_result",
        "attempts",
        "finished_at",
        "error_code",
        "error_message",
        "execution__number",
        "execution__agent",
        "execution__created_at",
        "execution__instruction_version__number",
    )
    return same_row.only(*fields).order_by("-execution__created_at", "-id")[:OTHER_EXECUTIONS]
