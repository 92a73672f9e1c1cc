"""What the tabs of an execution share."""

from __future__ import annotations

from typing import Any

from accounts.http import WorkspaceRequest
from executions.agents.registry import AGENTS
from executions.models import Execution, SampleMethod
from executions.services.pairing import partner_of
from executions.views.figures import job_counts
from executions.views.offers import offers_of
from mino.common.ui.formats import number

TABS = {
    "live": "execution",
    "results": "execution_results",
    "errors": "execution_errors",
    "analytics": "execution_analytics",
    "patterns": "execution_patterns",
    "settings": "execution_settings",
}
"""The tabs of an execution, with the names of their addresses."""


def execution_context(request: WorkspaceRequest, execution: Execution, tab: str) -> dict[str, Any]:
    """The context of the head and the tabs; `tab` is live, results, errors or settings."""
    kind = AGENTS.get(execution.agent)
    return {
        "execution": execution,
        "tab": tab,
        "counts": job_counts(execution),
        "agent_label": kind.label if kind else execution.agent,
        "rows_chosen": describe_rows(execution),
        "may_run": request.user.has_perm("projects.run_execution", execution.project),
        "offers": offers_of(execution),
        "partner": partner_of(execution),
    }


def describe_rows(execution: Execution) -> str:
    """Which rows were chosen, in a few words, and how often each is run."""
    each = f", {execution.repeats} times each" if execution.repeats > 1 else ""
    return _chosen(execution, execution.total_jobs // execution.repeats) + each


def runs_in_words(rows: int, repeats: int) -> str:
    """`20 rows`, or `60 runs (20 rows, 3 times each)`."""
    words = f"{number(rows)} row{'' if rows == 1 else 's'}"
    return words if repeats == 1 else f"{number(rows * repeats)} runs ({words}, {repeats} times each)"


def _chosen(execution: Execution, rows: int) -> str:
    total = number(rows)
    if execution.sample_method == SampleMethod.FIRST:
        return f"the first {total} rows"
    if execution.sample_method == SampleMethod.RANDOM:
        return f"{total} rows at random"
    if execution.sample_method == SampleMethod.SELECTION:
        return f"{total} chosen rows" if rows != 1 else "one chosen row"
    return f"all {total} rows" if rows != 1 else "its one row"
