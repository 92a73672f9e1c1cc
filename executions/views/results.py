"""All rows of an execution, with what came of each."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.agents.base import ErrorCode
from executions.evaluation.verdict import EvaluationResult
from executions.models import ColumnStatistic, Execution, Job, JobStatus
from executions.views.arrivals import FIELDS
from executions.views.figures import OUTCOMES, error_figures, field_names
from executions.views.filters import JobFilter
from executions.views.finding import find_execution
from executions.views.pages import execution_context
from mino.common.pagination import keyset_page

VERDICT_COUNTERS = {
    EvaluationResult.PASSED.value: "passed_jobs",
    EvaluationResult.FAILED.value: "failed_jobs",
    EvaluationResult.NOT_GRADABLE.value: "not_gradable_jobs",
}


@require_safe
def execution_results(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """The rows in their order, fifty a page; narrowed by status, verdict, error code or the outcome of a column."""
    found = find_execution(request, execution_id)
    filters = JobFilter(request.GET, found)
    jobs = filters.qs.only(*FIELDS, "attempts")
    values = filters.values
    shared = execution_context(request, found, "results")
    context = {
        **shared,
        "may_skip": shared["may_run"] and not found.is_finished,
        "query": request.GET.urlencode(),
        "page": keyset_page(jobs, request.GET, keys=filters.keys, ascending=True),
        "fields": field_names(found),
        "filters": values,
        "outcome_names": OUTCOMES,
        "verdicts": [(name, getattr(found, counter)) for name, counter in VERDICT_COUNTERS.items()],
        "codes": [code.value for code in ErrorCode] if found.error_jobs else [],
        "matching": _matching(found, values),
    }
    return render(request, "executions/results.html", context)


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


def _matching(execution: Execution, filters: dict[str, str]) -> int | None:
    """How many rows fit, where a counter knows it: a count over a million rows would take longer than the page."""
    if not filters:
        return execution.total_jobs
    if set(filters) == {"status"}:
        return int(getattr(execution, f"{filters['status']}_jobs"))
    if set(filters) == {"evaluation_result"}:
        return int(getattr(execution, VERDICT_COUNTERS[filters["evaluation_result"]]))
    if set(filters) == {"column", "outcome"}:
        statistic = ColumnStatistic.objects.filter(execution=execution, column=filters["column"]).first()
        return int(getattr(statistic, filters["outcome"])) if statistic else 0
    return None
