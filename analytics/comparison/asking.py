"""What the address of a comparison asks for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from analytics.comparison.flips import FlipFilter, Way, Why
from executions.models import Execution
from mino.common.values.columns import ColumnRole

MOST = 5
"""How many executions one page compares."""
MOST_DIGITS = 9
WAYS = {"right": Way.RIGHT, "wrong": Way.WRONG, "gained": Way.GAINED, "lost": Way.LOST}
WHYS = {one.name.lower(): one for one in Why}


def asked_ids(query: QueryDict) -> list[uuid.UUID]:
    """The ids in `?executions=`, each once: divided by commas, or one parameter each. Raises Http404 for no id."""
    texts = [text.strip() for value in query.getlist("executions") for text in value.split(",")]
    try:
        return list(dict.fromkeys(uuid.UUID(text) for text in texts if text))
    except ValueError:
        raise Http404("That is no execution.") from None


def asked_executions(request: WorkspaceRequest, ids: Sequence[uuid.UUID]) -> list[Execution]:
    """The executions in the order of the ids. Raises Http404 where one is unseen, or PermissionDenied."""
    seen = Execution.objects.visible_to(request.user).filter(organization=request.organization, pk__in=ids)
    found = {one.pk: one for one in seen.select_related("project", "batch", "instruction_version")}
    if len(found) != len(ids):
        raise Http404("There is no such execution.")
    for project in {one.project_id: one.project for one in found.values()}.values():
        require(request.user, "projects.view_results", project)
    return [found[one] for one in ids]


def why_not(executions: Sequence[Execution]) -> str:
    """Why these can't be compared, in a sentence; empty if they can."""
    if len(executions) > MOST:
        return f"At most {MOST} executions are compared at once. Leave some out."
    if len({one.batch_id for one in executions}) == 1:
        return ""
    without = [str(one.number) for one in executions if not has_key(one)]
    if without:
        return (
            f"They ran different batches, and execution {without[0]} has no key column by which rows could be paired. "
            "Choose executions of the same batch, or import both batches with a key column."
        )
    return ""


def has_key(execution: Execution) -> bool:
    """Whether its rows have keys."""
    return any(column["role"] == ColumnRole.KEY for column in execution.columns)


def compare_url(slug: str, ids: Sequence[uuid.UUID], **more: str) -> str:
    """The address of the comparison of these executions; the first is the baseline."""
    query = {"executions": ",".join(map(str, ids)), **{name: value for name, value in more.items() if value}}
    return f"{reverse('compare', args=[slug])}?{urlencode(query, safe=',')}"


@dataclass(frozen=True, slots=True)
class FlipAsk:
    """Which flips are shown: names as in the address, empty where nothing is asked; and where the page begins.

    `search` is a part of the row's address, for which pages have no field.
    """

    of: str = "cells"
    column: str = ""
    way: str = ""
    why: str = ""
    search: str = ""
    after: int | None = None
    before: int | None = None

    @classmethod
    def of_query(cls, query: QueryDict, columns: Sequence[str]) -> FlipAsk:
        """Read the address; what makes no sense is left out."""
        allowed = {"of": ("cells", "rows"), "column": columns, "way": WAYS, "why": WHYS}
        chosen = {name: query.get(name, "") for name in allowed}
        sensible = {name: value for name, value in chosen.items() if value in allowed[name]}
        if sensible.get("of") == "rows":
            sensible.pop("column", None)
        return cls(**sensible, after=_place(query.get("after", "")), before=_place(query.get("before", "")))

    def filter(self, columns: Sequence[str]) -> FlipFilter:
        """The same as a filter of the table of flips."""
        column = columns.index(self.column) if self.column else None
        return FlipFilter(self.of == "rows", column, WAYS.get(self.way), WHYS.get(self.why))


def _place(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
