"""Downloads of a comparison."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.comparison.asking import MOST, FlipAsk, asked_executions, asked_ids, why_not
from analytics.comparison.comparing import pair_up
from analytics.comparison.exporting import comparison_table
from analytics.exporting.answers import PLAIN, download_table

LEAST = 2
UNKNOWN = "There is no such part. Choose part=figures or part=flips."


@require_GET
def compare_export(request: WorkspaceRequest, slug: str) -> HttpResponseBase:
    """The comparison of `?executions=` as a file: `part` is figures (the default) or flips, filtered like the page;
    `format` is csv (the default), xlsx, json or jsonl."""
    executions = asked_executions(request, asked_ids(request.GET)[: MOST + 1])
    for project in {one.project_id: one.project for one in executions}.values():
        require(request.user, "projects.export_data", project)
    part = request.GET.get("part", "figures")
    problem = why_not(executions) if len(executions) >= LEAST else "Name two executions: executions=ID,ID."
    if part not in ("figures", "flips"):
        problem = UNKNOWN
    if problem:
        return HttpResponseBadRequest(problem, content_type=PLAIN)
    pairs = pair_up(slug, executions)
    shown = next((one for one in pairs if str(one.execution.pk) == request.GET.get("with")), pairs[0])
    if shown.judged is None:
        return HttpResponse("The comparison is still being computed.", status=409, content_type=PLAIN)
    columns = [one.column.name for one in shown.judged.columns]
    ask = FlipAsk.of_query(request.GET, columns) if part == "flips" else None
    stem = f"comparison-{shown.baseline.number}-{shown.execution.number}-{part}"
    return download_table(request, comparison_table(pairs, shown, ask), stem)
