"""The choices of an export, read from an address and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from analytics.exporting.choosing import GROUP_LABELS, USUAL, Group, Wanted
from analytics.exporting.formats import LABELS, ExportFormat
from executions.agents.base import ErrorCode
from executions.evaluation.verdict import EvaluationResult
from executions.models import JobStatus

VERDICTS = [
    (EvaluationResult.PASSED.value, "Passed"),
    (EvaluationResult.FAILED.value, "Not passed"),
    (EvaluationResult.NOT_GRADABLE.value, "Not gradable"),
]
LISTS = ("columns", "status", "evaluation_result", "error_code")
BATCH_LABELS = {
    ExportFormat.CSV: "CSV",
    ExportFormat.XLSX: "Excel workbook (.xlsx)",
    ExportFormat.JSONL: "JSON Lines",
}
UNKNOWN = "There is no such choice: %(value)s."


class ExportForm(forms.Form):
    """Format, columns and rows of an export of results. Without an answer every field means its usual."""

    format = forms.ChoiceField(
        choices=[(one.value, label) for one, label in LABELS.items()],
        error_messages={
            "invalid_choice": "There is no such format of exports. "
            f"Choose one of these: {', '.join(f'format={one}' for one in LABELS)}."
        },
    )
    columns = forms.MultipleChoiceField(
        choices=[(group.value, label) for group, label in GROUP_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="Key, position and address are always there.",
        error_messages={"invalid_choice": UNKNOWN},
    )
    status = forms.MultipleChoiceField(
        label="State",
        choices=JobStatus.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": UNKNOWN},
    )
    evaluation_result = forms.MultipleChoiceField(
        label="Verdict",
        choices=VERDICTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": UNKNOWN},
    )
    has_ground_truth = forms.ChoiceField(
        label="Truth",
        choices=[("", "With or without truth"), ("yes", "With truth"), ("no", "Without truth")],
        required=False,
        error_messages={"invalid_choice": UNKNOWN},
    )
    accuracy_min = forms.FloatField(label="Accuracy from", required=False, min_value=0, max_value=100)
    accuracy_max = forms.FloatField(label="Accuracy to", required=False, min_value=0, max_value=100)
    error_code = forms.MultipleChoiceField(
        label="Error",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": UNKNOWN},
    )

    def __init__(self, query: QueryDict, *, error_codes: Iterable[str] = ()) -> None:
        """`error_codes` are those of the execution: the others are understood, but not offered."""
        data = _with_usual(query)
        super().__init__(data, use_required_attribute=False)
        offered = {*error_codes, *data.getlist("error_code")}
        self.error_codes = [(one.value, one.value) for one in ErrorCode if one.value in offered]
        cast(forms.MultipleChoiceField, self.fields["error_code"]).choices = self.error_codes
        for name in ("accuracy_min", "accuracy_max"):
            self.fields[name].widget.attrs |= {"step": "any", "inputmode": "decimal", "placeholder": "0 to 100"}

    def clean(self) -> dict[str, Any]:
        """Accept only a range of accuracy that something can lie in."""
        cleaned = super().clean() or {}
        low, high = cleaned.get("accuracy_min"), cleaned.get("accuracy_max")
        if low is not None and high is not None and low > high:
            self.add_error("accuracy_max", f"Nothing lies between {low:g} and {high:g} %. Give the smaller one first.")
        return cleaned

    @property
    def export_format(self) -> ExportFormat:
        """The chosen format, CSV without a choice."""
        return ExportFormat(self.cleaned_data["format"])

    @property
    def wanted(self) -> Wanted:
        """The chosen columns and rows."""
        return wanted_of(self.cleaned_data)

    @property
    def parameters(self) -> dict[str, Any]:
        """The choices as plain values, from which `wanted_of` reads them again."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, [])}

    @property
    def query(self) -> str:
        """The choices as the query of an address, with the usual ones left out."""
        chosen = dict(self.parameters)
        if set(chosen["columns"]) == {group.value for group in USUAL}:
            del chosen["columns"]
        texts = {name: ",".join(value) if isinstance(value, list) else value for name, value in chosen.items()}
        return urlencode(texts, safe=",")


class BatchExportForm(forms.Form):
    """The format in which a batch is exported, CSV without a choice."""

    format = forms.ChoiceField(
        choices=[(one.value, BATCH_LABELS[one]) for one in BATCH_LABELS],
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": "There is no such format of batches. "
            f"Choose one of these: {', '.join(f'format={one}' for one in BATCH_LABELS)}."
        },
    )

    def __init__(self, query: QueryDict) -> None:
        super().__init__({"format": query.get("format", ExportFormat.CSV.value)}, use_required_attribute=False)

    @property
    def export_format(self) -> ExportFormat:
        """The chosen format."""
        return ExportFormat(self.cleaned_data["format"])

    @property
    def parameters(self) -> dict[str, Any]:
        """Nothing but the format can be chosen."""
        return {}

    @property
    def query(self) -> str:
        """The choice as the query of an address."""
        return urlencode({"format": self.export_format})


def wanted_of(parameters: Mapping[str, Any]) -> Wanted:
    """The columns and rows that checked choices mean."""
    truth = parameters.get("has_ground_truth", "")
    return Wanted(
        frozenset(map(Group, parameters.get("columns", []))) or USUAL,
        tuple(parameters.get("status", ())),
        tuple(parameters.get("evaluation_result", ())),
        None if truth == "" else truth == "yes",
        parameters.get("accuracy_min"),
        parameters.get("accuracy_max"),
        tuple(parameters.get("error_code", ())),
    )


def _with_usual(query: QueryDict) -> QueryDict:
    """The query with lists taken apart at their commas, and with the usual columns and format where none is named."""
    data = query.copy()
    for name in LISTS:
        values = [part.strip() for value in query.getlist(name) for part in value.split(",") if part.strip()]
        data.setlist(name, list(dict.fromkeys(values)))
    if not data.getlist("columns"):
        data.setlist("columns", [group.value for group in Group if group in USUAL])
    data.setdefault("format", ExportFormat.CSV.value)
    return data
