"""Comparison of executions: choosing them, the verdicts, and what flipped."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from analytics.comparison.asking import MOST, FlipAsk, asked_executions, asked_ids, compare_url, why_not
from analytics.comparison.baselines import baseline_of, default_baseline
from analytics.comparison.chart import draw
from analytics.comparison.choosing import arms_of, pickable
from analytics.comparison.comparing import pair_up
from analytics.comparison.flips import flip_page, unpacked
from analytics.comparison.guards import checks
from analytics.comparison.lines import flip_lines
from analytics.comparison.narrowing import flip_chips, flip_links
from analytics.comparison.presenting import Pair, figure_lines
from executions.models import Execution
from executions.views.finding import find_execution
from mino.common.pagination import PAGE_SIZE
from projects.queries import Abilities

LEAST = 2


@require_safe
def compare(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Executions against the first of them (`?executions=ID,ID`), or without enough of them a list to choose from."""
    ids = asked_ids(request.GET)
    executions = asked_executions(request, ids[: MOST + 1])
    if "pick" in request.GET and len(executions) >= LEAST:
        return redirect(compare_url(slug, [one.pk for one in _oldest_first(executions)]))
    problem = why_not(executions) if executions else ""
    if problem or len(executions) < LEAST:
        return _picker(request, executions, problem)
    pairs = pair_up(slug, executions)
    shown = next((one for one in pairs if str(one.execution.pk) == request.GET.get("with")), pairs[0])
    context = {
        "executions": executions,
        "ids": ",".join(str(one.pk) for one in executions),
        "project": executions[0].project,
        "abilities": Abilities.of(request.user, executions[0].project),
        "arms": arms_of(slug, executions),
        "pairs": pairs,
        "shown": shown,
        "swap_url": compare_url(slug, [shown.execution.pk, shown.baseline.pk]),
        "baseline": baseline_of(executions[0].project),
        "computing": [one for one in pairs if one.judged is None],
        **_details(request, shown),
    }
    return render(request, "analytics/compare.html", context)


@require_safe
def execution_compare(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Leads to the comparison with the project's baseline, or else with the execution before it."""
    execution = find_execution(request, execution_id)
    baseline = default_baseline(execution)
    ids = [baseline.pk, execution.pk] if baseline else [execution.pk]
    return redirect(compare_url(slug, ids))


def _oldest_first(executions: Sequence[Execution]) -> list[Execution]:
    """The project's baseline is the baseline if it is among them, else the oldest."""
    chosen = baseline_of(executions[0].project)
    first = chosen.execution_id if chosen else None
    return sorted(executions, key=lambda one: (one.pk != first, one.created_at))


def _picker(request: WorkspaceRequest, chosen: Sequence[Execution], problem: str) -> HttpResponse:
    context = {"problem": problem, "chosen": chosen, "most": MOST, **pickable(request, chosen)}
    return render(request, "analytics/compare_choose.html", context)


def _details(request: WorkspaceRequest, pair: Pair) -> dict[str, Any]:
    """Everything about the pair that is looked at; nothing while it is being computed."""
    if pair.judged is None:
        return {}
    figures = pair.judged.figures
    columns = [one.name for one in figures.columns]
    ask = FlipAsk.of_query(request.GET, columns)
    flips = unpacked(pair.comparison.flips)
    page = flip_page(flips, ask.filter(columns), after=ask.after, before=ask.before, size=PAGE_SIZE)
    bars = [("Rows passed", figures.passing, pair.judged.judgement.verdict)]
    bars += [(one.column.name, one.column.difference, one.judgement.verdict) for one in pair.judged.columns]
    return {
        "figures": figures,
        "lines": figure_lines(pair, figures),
        "checks": checks(pair.baseline, pair.execution, figures),
        "chart": draw(bars),
        "page": page,
        "flips": flip_lines(page.entries, columns, pair.baseline, pair.execution, pair.letter),
        "ask": ask,
        "chips": flip_chips(request.GET, ask, columns, flips, pair.letter),
        "links": flip_links(request.GET, page),
    }
