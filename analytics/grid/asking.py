"""What the address of a batch's page asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.http import QueryDict

from executions.agents.base import ErrorCode
from executions.evaluation.verdict import EvaluationResult, Outcome
from executions.models import Execution, JobStatus
from projects.filters import search_text

VERDICT_NAMES = {
    EvaluationResult.PASSED.value: "Passed",
    EvaluationResult.FAILED.value: "Not passed",
    EvaluationResult.NOT_GRADABLE.value: "Not gradable",
}
OUTCOME_NAMES = {one.value: one.value.replace("_", " ").capitalize() for one in Outcome}
TRUTH_NAMES = {"yes": "With truth", "no": "Without truth"}


@dataclass(frozen=True, slots=True)
class Ask:
    """The filters, empty where nothing is asked. An outcome without a column is that of any column."""

    status: str = ""
    evaluation_result: str = ""
    column: str = ""
    outcome: str = ""
    error_code: str = ""
    truth: str = ""
    search: str = ""

    @classmethod
    def of(cls, query: QueryDict, columns: list[str]) -> Ask:
        """Read the address. What makes no sense is left out; a column alone narrows nothing, but is remembered."""
        allowed: dict[str, Any] = {
            "status": JobStatus.values,
            "evaluation_result": VERDICT_NAMES,
            "column": columns,
            "outcome": OUTCOME_NAMES,
            "error_code": [one.value for one in ErrorCode],
            "truth": TRUTH_NAMES,
        }
        chosen = {name: query.get(name, "") for name in allowed}
        sensible = {name: value for name, value in chosen.items() if value in allowed[name]}
        return cls(**sensible, search=search_text(query))

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return any(getattr(self, one.name) for one in fields(self) if one.name != "column")


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
    ]
    return [choice for choice in offered if choice.options]
