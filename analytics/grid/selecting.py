"""Everything that a filter of the grid finds, a chunk at a time: what bulk actions and exports go over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.http import QueryDict

from analytics.grid.asking import Ask
from analytics.grid.heads import heads_of
from analytics.grid.scanning import Source, scan
from analytics.grid.sources import job_sources, matching_count, row_sources
from executions.models import ColumnStatistic, Execution, Job
from projects.models import Batch

CHUNK = 500

Chosen = tuple[uuid.UUID, uuid.UUID | None]
"""The id of a row, and of its job in the execution that is shown; None where none is shown."""


def ask_of(batch: Batch, execution: Execution | None, query: str) -> Ask:
    """The filter that the query string of the grid's page stands for; what makes no sense in it is left out."""
    names = [head.name for head in heads_of(batch, execution, [])]
    return Ask.of(QueryDict(query.removeprefix("?")), names)


def selected_rows(batch: Batch, execution: Execution | None, ask: Ask) -> Iterator[list[Chosen]]:
    """All that the filter finds, in the order of the rows, in lists of at most 500.

    With several repeats a row occurs once for each job. Each list is read when it is asked for: what is changed
    meanwhile so that it no longer matches is not given again, and nothing is left out because of it.
    """
    sources = _sources(batch, execution, ask)
    after = None
    while sources:
        found = scan(sources, after, CHUNK)
        if found.ids:
            yield _pairs(found.ids, execution)
        after = found.last if found.more else found.searched_to
        if after is None:
            return


def count_of(batch: Batch, execution: Execution | None, ask: Ask) -> int:
    """How many the filter finds exactly: from a counter where one knows it, else by going through them."""
    if execution is None and not ask.narrows:
        return int(batch.row_count)
    known = matching_count(execution, ask, _statistics(execution)) if execution else None
    if known is not None:
        return known
    sources = _sources(batch, execution, ask)
    if len(sources) == 1:
        return int(sources[0].queryset.filter(sources[0].rest).order_by().count())
    return sum(len(chunk) for chunk in selected_rows(batch, execution, ask))


def _sources(batch: Batch, execution: Execution | None, ask: Ask) -> list[Source]:
    return job_sources(execution, ask, _statistics(execution)) if execution else row_sources(batch, ask)


def _statistics(execution: Execution | None) -> list[ColumnStatistic]:
    return list(ColumnStatistic.objects.filter(execution=execution)) if execution else []


def _pairs(ids: list[uuid.UUID], execution: Execution | None) -> list[Chosen]:
    if execution is None:
        return [(row, None) for row in ids]
    rows = dict(Job.objects.filter(pk__in=ids).values_list("pk", "row_id"))
    return [(rows[job], job) for job in ids if job in rows]
