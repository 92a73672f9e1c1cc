"""How the repeats of each row ended, side by side."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from analytics.repeats.rows import rows_page
from executions.views.finding import find_execution
from executions.views.pages import execution_context

FLAKY = "flaky"


@require_safe
def execution_repeats(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """The rows of an execution that ran each several times; with `?kind=flaky` those whose verdicts differ.

    The results where each row ran once.
    """
    found = find_execution(request, execution_id)
    if found.repeats == 1:
        return redirect("execution_results", slug=slug, execution_id=execution_id)
    flaky = request.GET.get("kind") == FLAKY
    page, rows = rows_page(found, request.GET, flaky=flaky)
    context = {
        **execution_context(request, found, "live"),
        "page": page,
        "rows": rows,
        "flaky": flaky,
        "numbers": range(1, found.repeats + 1),
    }
    return render(request, "analytics/repeats.html", context)
