"""What the address of a batch's page asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.http import QueryDict

from analytics.grid.filtering import OUTCOME_NAMES, SORTS, TRUTH_NAMES, VERDICT_NAMES, checked
from executions.agents.base import ErrorCode
from executions.models import Execution, JobStatus

NOT_FILTERS = ("column", "sort")


@dataclass(frozen=True, slots=True)
class Ask:
    """The filters, empty where nothing is asked. An outcome without a column is that of any column.

    `accuracy_min` and `accuracy_max` are shares of a row's cells in per cent; `site` is the host of an address,
    `tag` the name of a tag of the row.
    """

    status: str = ""
    evaluation_result: str = ""
    column: str = ""
    outcome: str = ""
    error_code: str = ""
    truth: str = ""
    search: str = ""
    site: str = ""
    tag: str = ""
    accuracy_min: float | None = None
    accuracy_max: float | None = None
    sort: str = ""

    @classmethod
    def of(cls, query: QueryDict, columns: Sequence[str]) -> Ask:
        """Read the address. What makes no sense is left out; a column alone narrows nothing, but is remembered."""
        return cls.read(query, columns)[0]

    @classmethod
    def read(cls, query: QueryDict, columns: Sequence[str]) -> tuple[Ask, list[str]]:
        """The same, with a sentence about each filter that was left out because it makes no sense."""
        values, problems = checked(query)
        if values.get("column") not in (None, *columns):
            problems.append(f"Column: there is no “{values.pop('column'):.60}” here.")
        for name in ("accuracy_min", "accuracy_max"):
            if name in values:
                values[name] = float(values[name])
        return cls(**values), problems

    @property
    def asked(self) -> list[str]:
        """The names of the filters that leave something out."""
        return [one.name for one in fields(self) if one.name not in NOT_FILTERS and self._says(one.name)]

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.asked)

    @property
    def query(self) -> str:
        """The filters and the order as a query string without its question mark."""
        told = [one.name for one in fields(self) if self._says(one.name)]
        return urlencode({name: shown(getattr(self, name)) for name in told})

    def _says(self, name: str) -> bool:
        return getattr(self, name) not in ("", None)


def shown(value: str | float | None) -> str:
    """A filter's value as it stands in an address: `12.5`, `80`, nothing for None."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return value or ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter as a control: its options are pairs of value and words."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]


def choices(ask: Ask, columns: Sequence[str], execution: Execution | None) -> list[Choice]:
    """The controls of the filters. Not a Django form: its widgets would take longer to render than the grid."""
    truth = Choice("truth", "Truth", ask.truth, [("", "Any truth"), *TRUTH_NAMES.items()])
    if execution is None:
        return [truth]
    codes = [(one.value, one.value) for one in ErrorCode] if execution.error_jobs else []
    offered = [
        Choice("status", "State", ask.status, [("", "Any state"), *JobStatus.choices]),
        Choice("evaluation_result", "Result", ask.evaluation_result, [("", "Any result"), *VERDICT_NAMES.items()]),
        Choice("column", "Column", ask.column, [("", "Any column"), *((name, name) for name in columns)]),
        Choice("outcome", "Outcome", ask.outcome, [("", "Any outcome"), *OUTCOME_NAMES.items()]),
        Choice("error_code", "Error", ask.error_code, [("", "Any error"), *codes] if codes else []),
        truth,
        Choice("sort", "Order", ask.sort, [("", "Order of the rows"), *SORTS.items()]),
    ]
    return [choice for choice in offered if choice.options]
