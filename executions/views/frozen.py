"""What an execution froze when it was started."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.agents.registry import AGENTS
from executions.costs.figures import cost_figures
from executions.costs.shares import own_share
from executions.engine.plan import specs_of
from executions.models import Execution
from executions.views.figures import describe_options, described_columns
from executions.views.finding import find_execution
from executions.views.pages import execution_context
from mino.common.values.columns import ColumnRole


@require_safe
def execution_settings(request: WorkspaceRequest, slug: str, execution_id: uuid.UUID) -> HttpResponse:
    """Everything that decides the results: instructions, columns with their matching, agent, rows, limits; the cost."""
    found = find_execution(request, execution_id)
    context = {
        **execution_context(request, found, "settings"),
        "columns": _described_columns(found),
        "inputs": [column["name"] for column in found.columns if column["role"] != ColumnRole.GROUND_TRUTH],
        "agent_settings": _agent_settings(found),
        "cost": cost_figures(found),
        "share": own_share(found),
    }
    return render(request, "executions/settings.html", context)


def _described_columns(execution: Execution) -> list[tuple[str, str, str, str | None]]:
    """Name, type and options of each extracted column as it was frozen, and those of today where they are others."""
    today = {name: options for name, _, options in described_columns(execution)}
    frozen = [
        (spec.name, spec.type.value, describe_options(spec.options.to_mapping(spec.type)))
        for spec in specs_of(execution.columns)
    ]
    return [
        (name, kind, options, None if today[name] == options else today[name] or "no other than the defaults")
        for name, kind, options in frozen
    ]


def _agent_settings(execution: Execution) -> list[tuple[str, str]]:
    """Label and value of each setting of the agent, in words."""
    kind = AGENTS.get(execution.agent)
    known = {setting.name: setting for setting in kind.settings} if kind else {}
    told = []
    for name, value in execution.agent_settings.items():
        setting = known.get(name)
        words = dict(setting.choices).get(value, value) if setting else value
        told.append((setting.label if setting else name, _in_words(words)))
    return told


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value in (None, "") else str(value)
