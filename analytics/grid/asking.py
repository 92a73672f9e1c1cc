"""What the address of a batch's page asks for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.http import QueryDict

from executions.agents.base import ErrorCode
from executions.evaluation.verdict import EvaluationResult, Outcome
from executions.models import JobStatus
from projects.filters import SEARCH_LENGTH, search_text

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


class FilterForm(forms.Form):
    """The filters as controls; the form is sent by GET, so that they end in the address."""

    search = forms.CharField(
        max_length=SEARCH_LENGTH, widget=forms.TextInput(attrs={"type": "search", "placeholder": "Part of the address"})
    )
    status = forms.ChoiceField(label="State", choices=[("", "Any state"), *JobStatus.choices])
    evaluation_result = forms.ChoiceField(label="Result", choices=[("", "Any result"), *VERDICT_NAMES.items()])
    column = forms.ChoiceField(label="Column")
    outcome = forms.ChoiceField(label="Outcome", choices=[("", "Any outcome"), *OUTCOME_NAMES.items()])
    error_code = forms.ChoiceField(
        label="Error", choices=[("", "Any error"), *((one.value, one.value) for one in ErrorCode)]
    )
    truth = forms.ChoiceField(label="Truth", choices=[("", "With or without truth"), *TRUTH_NAMES.items()])

    OF_ROWS = ("search", "truth")
    """Those that make sense without an execution."""

    def __init__(self, ask: Ask, columns: list[str], *, has_execution: bool) -> None:
        super().__init__(
            initial={one.name: getattr(ask, one.name) for one in fields(ask)}, use_required_attribute=False
        )
        self.fields["column"].choices = [("", "Any column"), *((name, name) for name in columns)]  # type: ignore[attr-defined]
        if not has_execution:
            for name in [name for name in self.fields if name not in self.OF_ROWS]:
                del self.fields[name]
