"""Filters as links: the counts by outcome, and what is filtered now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from analytics.grid.asking import Ask, shown
from analytics.grid.filtering import OUTCOME_NAMES, TRUTH_NAMES, VERDICT_NAMES
from analytics.grid.paging import PLACES
from executions.models import ColumnStatistic, Execution, JobStatus


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as a link. `pip` is the outcome whose sign it shows; `is_on` while it filters."""

    text: str
    url: str
    count: int | None = None
    pip: str = ""
    is_on: bool = False


def outcome_chips(
    query: QueryDict, ask: Ask, execution: Execution | None, statistics: Sequence[ColumnStatistic]
) -> list[Chip]:
    """How many cells have each outcome (of the chosen column, else of all), and how many jobs failed."""
    if execution is None:
        return []
    counted = [one for one in statistics if ask.column in ("", one.column)]
    chips = [
        Chip(
            text=OUTCOME_NAMES[outcome],
            count=sum(getattr(one, outcome) for one in counted),
            pip=outcome,
            is_on=ask.outcome == outcome,
            url=_changed(query, status="", outcome="" if ask.outcome == outcome else outcome),
        )
        for outcome in ("correct", "correctly_empty", "wrong", "missed", "invented", "not_gradable")
    ]
    is_on = ask.status == JobStatus.ERROR
    failed = _changed(query, outcome="", evaluation_result="", status="" if is_on else "error")
    return [*chips, Chip("Rows without an answer", failed, execution.error_jobs, "error", is_on)]


def applied_filters(query: QueryDict, ask: Ask) -> list[Chip]:
    """What is filtered now; each link takes it away."""
    told = [
        ("status", "State", JobStatus(ask.status).label if ask.status else ""),
        ("evaluation_result", "Result", VERDICT_NAMES.get(ask.evaluation_result, "")),
        ("column", "Column", ask.column),
        ("outcome", "Outcome", OUTCOME_NAMES.get(ask.outcome, "")),
        ("error_code", "Error", ask.error_code),
        ("truth", "Truth", TRUTH_NAMES.get(ask.truth, "")),
        ("search", "Text", ask.search),
        ("site", "Site", ask.site),
        ("tag", "Tag", ask.tag),
        ("accuracy_min", "Accuracy at least", _percent(ask.accuracy_min)),
        ("accuracy_max", "Accuracy at most", _percent(ask.accuracy_max)),
    ]
    return [
        Chip(f"{label}: {value}", _changed(query, **{name: ""}), is_on=True) for name, label, value in told if value
    ]


def _percent(value: float | None) -> str:
    return "" if value is None else f"{shown(value)} %"


def _changed(query: QueryDict, **values: str) -> str:
    """The address with other filters, from the first page on; empty values leave a filter out."""
    parameters = query.copy()
    for name, value in values.items():
        parameters[name] = value
    for name in [name for name in parameters if name in PLACES or not parameters[name]]:
        del parameters[name]
    return f"?{parameters.urlencode()}"
