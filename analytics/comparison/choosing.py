"""Choosing what to compare: the arms at the head of a comparison, and the list to pick from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.http import WorkspaceRequest
from analytics.comparison.asking import MOST, compare_url
from analytics.comparison.presenting import LETTERS
from analytics.figures import axis_low, for_lists, for_menus
from analytics.filters import ExecutionFilter
from executions.models import Execution
from mino.common.pagination import keyset_page
from projects.models import Project

OFFERED = 20
"""How many other executions of the batch a menu offers."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the executions, what could stand in its place with the address of that, and the address without it
    (empty where two would not be left)."""

    letter: str
    execution: Execution
    choices: Sequence[tuple[Execution, str]]
    without_url: str


@dataclass(frozen=True, slots=True)
class Arms:
    """All arms, and what could be added with its address (nothing where no more may be)."""

    arms: Sequence[Arm]
    further: Sequence[tuple[Execution, str]]


def arms_of(slug: str, executions: Sequence[Execution]) -> Arms:
    """The arms of a comparison, each with a menu of the newest executions of the baseline's batch."""
    ids = [one.pk for one in executions]
    offered = for_menus(Execution.objects.filter(batch=executions[0].batch_id)).order_by("-created_at", "-id")
    others = [one for one in offered[: OFFERED + MOST] if one.pk not in ids][:OFFERED]
    arms = [
        Arm(
            letter=LETTERS[place],
            execution=execution,
            choices=[(one, compare_url(slug, [*ids[:place], one.pk, *ids[place + 1 :]])) for one in others],
            without_url=compare_url(slug, ids[:place] + ids[place + 1 :]) if len(ids) > 2 else "",
        )
        for place, execution in enumerate(executions)
    ]
    return Arms(arms, [(one, compare_url(slug, [*ids, one.pk])) for one in others] if len(ids) < MOST else [])


def pickable(request: WorkspaceRequest, chosen: Sequence[Execution]) -> dict[str, Any]:
    """A page of executions with results, newest first, filtered as the list of executions is."""
    projects = Project.objects.visible_to(request.user).filter(organization=request.organization)
    executions = Execution.objects.visible_to(request.user).filter(
        organization=request.organization, completed_jobs__gt=0
    )
    if batch := next((one.batch_id for one in chosen), None):
        executions = executions.filter(batch=batch)
    narrowed = ExecutionFilter(request.GET, for_lists(executions), projects=projects)
    page = keyset_page(narrowed.qs, request.GET)
    return {
        "filter": narrowed,
        "page": page,
        "axis": axis_low(one.accuracy for one in page.items),
        "chosen_ids": [one.pk for one in chosen],
    }
