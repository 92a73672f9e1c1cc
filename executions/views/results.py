"""The errors of an execution."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.models import Execution, Job, JobStatus
from executions.views.arrivals import FIELDS
from executions.views.figures import error_figures
from executions.views.finding import find_execution
from executions.views.pages import execution_context


@require_safe
def execution_errors(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """The errors by code: what each means, how many rows have it, and the first of them."""
    found = find_execution(request, execution_id)
    figures = error_figures(found)
    examples = _examples(found, [one.code for one in figures])
    context: dict[str, Any] = {
        **execution_context(request, found, "errors"),
        "errors": [(one, examples.get(one.code)) for one in figures],
    }
    return render(request, "executions/errors.html", context)


def _examples(execution: Execution, codes: Sequence[str]) -> dict[str, Job]:
    """The first job with each error code: one statement, which looks into the index of failed jobs once a code."""
    if not codes:
        return {}
    failed = Job.objects.filter(execution=OuterRef("pk"), status=JobStatus.ERROR).order_by("position").values("pk")
    firsts = {f"code_{place}": Subquery(failed.filter(error_code=code)[:1]) for place, code in enumerate(codes)}
    ids = Execution.objects.filter(pk=execution.pk).values_list(*firsts.values()).get()
    return {job.error_code: job for job in Job.objects.filter(pk__in=filter(None, ids)).only(*FIELDS)}
