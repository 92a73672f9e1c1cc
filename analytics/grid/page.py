"""A page of the grid put together: for the page of a batch, for that of an execution, and for their scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from accounts.http import WorkspaceRequest
from analytics.grid.asking import Ask, choices, shown
from analytics.grid.chips import applied_filters, outcome_chips
from analytics.grid.columns import GridColumn, columns_of
from analytics.grid.heads import heads_of
from analytics.grid.lines import Line, Place, lines_of
from analytics.grid.ordering import Order
from analytics.grid.paging import GridPage, grid_page, ordered_page
from analytics.grid.saving import saved_filters_of
from analytics.grid.sources import job_sources, matching_count, ordered_source, row_sources
from executions.models import ColumnStatistic, Execution, SampleMethod
from projects.filters import SEARCH_LENGTH
from projects.models import Batch, Project


@dataclass(frozen=True, slots=True)
class Grid:
    """Fifty rows of a batch or of one of its executions, and where the next ones are."""

    batch: Batch
    execution: Execution | None
    statistics: Sequence[ColumnStatistic]
    columns: Sequence[GridColumn]
    ask: Ask
    page: GridPage
    lines: Sequence[Line]
    may_skip: bool
    problems: Sequence[str] = ()

    def told(self) -> dict[str, Any]:
        """What scripts are told: the cells as HTML, and query strings (empty where there is nothing)."""
        return {
            "rows": [line.told() for line in self.lines],
            "previous": self.page.previous,
            "next": self.page.next or self.page.onwards,
            "searched_to": self.page.searched_to,
        }


def grid_of(request: WorkspaceRequest, batch: Batch, execution: Execution | None, project: Project) -> Grid:
    """The rows of the batch or of the execution that the address asks for."""
    query, slug = request.GET, request.organization.slug
    statistics = list(execution.column_statistics.all()) if execution else []
    heads = heads_of(batch, execution, statistics)
    ask, problems = Ask.read(query, [head.name for head in heads])
    unfinished = execution is not None and not execution.is_finished
    may_skip = unfinished and request.user.has_perm("projects.run_execution", project)
    page = _page(batch, execution, statistics, ask, query)
    columns = columns_of(heads, execution, ask, query)
    lines = lines_of(page.ids, Place(slug, batch.pk, execution), columns, may_skip=may_skip)
    return Grid(batch, execution, statistics, columns, ask, page, lines, may_skip, problems)


def _page(
    batch: Batch, execution: Execution | None, statistics: Sequence[ColumnStatistic], ask: Ask, query: QueryDict
) -> GridPage:
    if execution and ask.sort:
        return ordered_page(ordered_source(execution, ask, statistics), Order.of(ask.sort), query, execution)
    sources = job_sources(execution, ask, statistics) if execution else row_sources(batch, ask)
    return grid_page(sources, query, execution)


def grid_context(grid: Grid, request: WorkspaceRequest, *, fixed: bool = False) -> dict[str, Any]:
    """What the templates of the grid expect, but for `batch`, `project`, `execution` and `abilities`.

    `fixed`: the address of the page itself says which execution is shown.
    """
    execution, ask, query = grid.execution, grid.ask, request.GET
    names = [column.title for column in grid.columns if column.head]
    shown_execution = str(execution.number) if execution else "none"
    keep = "" if fixed else f"execution={shown_execution}&"
    return {
        "grid": grid,
        "columns": grid.columns,
        "page": grid.page,
        "lines": grid.lines,
        "ask": ask,
        "problems": grid.problems,
        "accuracy_min": shown(ask.accuracy_min),
        "accuracy_max": shown(ask.accuracy_max),
        "choices": choices(ask, names, execution),
        "search_length": SEARCH_LENGTH,
        "chips": outcome_chips(query, ask, execution, grid.statistics),
        "applied": applied_filters(query, ask),
        "matching": matching_count(execution, ask, grid.statistics) if execution else None,
        "total": execution.total_jobs if execution else grid.batch.row_count,
        "may_jump": _may_jump(execution, ask),
        "fixed": fixed,
        "shown_execution": shown_execution,
        "keep": keep,
        "clear_url": f"?{keep}".rstrip("&"),
        "here": request.get_full_path(),
        "saved_filters": saved_filters_of(grid.batch.project_id),
    }


def _may_jump(execution: Execution | None, ask: Ask) -> bool:
    """Whether the places of what is shown are the numbers of rows."""
    if ask.narrows or ask.sort:
        return False
    return execution is None or execution.sample_method in (SampleMethod.ALL, SampleMethod.FIRST)
