"""The choices of an export, read from an address and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from analytics.exporting.choosing import GROUP_LABELS, USUAL, Group, RowsWanted, Wanted
from analytics.exporting.formats import LABELS, ExportFormat
from analytics.exporting.row_numbers import read_numbers, written
from analytics.grid.asking import Ask
from analytics.grid.filtering import OUTCOME_NAMES, TRUTH_NAMES
from executions.agents.base import ErrorCode
from executions.evaluation.verdict import EvaluationResult
from executions.models import JobStatus
from mino.common.values.clean import clean_text
from mino.common.values.columns import ColumnRole
from projects.filters import SEARCH_LENGTH
from projects.models.tag import MAX_TAG_NAME
from projects.site_form import SiteForm

VERDICTS = [
    (EvaluationResult.PASSED.value, "Passed"),
    (EvaluationResult.FAILED.value, "Not passed"),
    (EvaluationResult.NOT_GRADABLE.value, "Not gradable"),
]
WORDS = ("columns", "status", "evaluation_result", "outcome", "error_code")
"""Lists of words without commas, which may be separated by them."""
OF_ROLES = (ColumnRole.INPUT, ColumnRole.GROUND_TRUTH)
BATCH_LABELS = {
    ExportFormat.CSV: "CSV",
    ExportFormat.XLSX: "Excel workbook (.xlsx)",
    ExportFormat.JSON: "JSON",
    ExportFormat.JSONL: "JSON Lines",
}
UNKNOWN = "There is no such choice: %(value)s."


TRUTH_CHOICES = [("", "With or without truth"), *TRUTH_NAMES.items()]
MOST_TEXT = 40_000


class RowForm(SiteForm):
    """Which rows: the filters that rows have without any execution, and their numbers."""

    has_ground_truth = forms.ChoiceField(
        label="Truth", choices=TRUTH_CHOICES, required=False, error_messages={"invalid_choice": UNKNOWN}
    )
    search = forms.CharField(label="Text in the address or any value", required=False, max_length=SEARCH_LENGTH)
    site = forms.CharField(label="Site", required=False, max_length=253)
    tag = forms.CharField(label="Tag of the row", required=False, max_length=MAX_TAG_NAME)
    rows = forms.CharField(
        label="Rows", required=False, max_length=MOST_TEXT, help_text="Numbers and spans, such as 1-50, 60."
    )

    def clean_search(self) -> str:
        """Without what no address holds."""
        return clean_text(self.cleaned_data["search"]).strip()

    def clean_rows(self) -> str:
        """The numbers in order, written as short as can be."""
        try:
            return written(read_numbers(self.cleaned_data["rows"]))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class ExportForm(RowForm):
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
    only = forms.MultipleChoiceField(
        label="Inputs and fields",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="All of them where none is ticked.",
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
    column = forms.ChoiceField(required=False)
    outcome = forms.MultipleChoiceField(
        choices=list(OUTCOME_NAMES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
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

    def __init__(
        self, query: QueryDict, *, error_codes: Iterable[str] = (), columns: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """`error_codes` are those of the execution: the others are understood, but not offered. `columns` are those
        that it froze."""
        named = {role: [str(one["name"]) for one in columns if one["role"] == role] for role in OF_ROLES}
        self.choosable = [(name, name) for role in OF_ROLES for name in named[role]]
        data = _with_usual(query, [name for name, _ in self.choosable])
        super().__init__(data, use_required_attribute=False)
        cast(forms.MultipleChoiceField, self.fields["only"]).choices = self.choosable
        fields = [(name, name) for name in named[ColumnRole.GROUND_TRUTH]]
        cast(forms.ChoiceField, self.fields["column"]).choices = [("", "Any column"), *fields]
        self.fields["column"].error_messages["invalid_choice"] = _no_column(named[ColumnRole.GROUND_TRUTH])
        offered = {*error_codes, *data.getlist("error_code")}
        self.error_codes = [(one.value, one.value) for one in ErrorCode if one.value in offered]
        cast(forms.MultipleChoiceField, self.fields["error_code"]).choices = self.error_codes
        for name in ("accuracy_min", "accuracy_max"):
            self.fields[name].widget.attrs |= {"step": "any", "inputmode": "decimal", "placeholder": "0 to 100"}

    def clean(self) -> dict[str, Any]:
        """Accept only a range of accuracy that something can lie in."""
        cleaned = super().clean() or {}
        low, high = cleaned.get("accuracy_min"), cleaned.get("accuracy_max")
        if cleaned.get("column") and not cleaned.get("outcome") and "outcome" not in self.errors:
            cleaned["column"] = ""  # a column alone leaves nothing out
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
        """The choices as the query of an address, with the usual ones left out. Names may hold commas: each of them
        is a parameter of its own."""
        chosen = dict(self.parameters)
        if set(chosen["columns"]) == {group.value for group in USUAL}:
            del chosen["columns"]
        texts = {name: ",".join(value) if name in WORDS else value for name, value in chosen.items()}
        return urlencode(texts, doseq=True, safe=",")


class BatchExportForm(RowForm):
    """The format in which a batch is exported, CSV without a choice, and which of its rows."""

    format = forms.ChoiceField(
        choices=[(one.value, BATCH_LABELS[one]) for one in BATCH_LABELS],
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": "There is no such format of batches. "
            f"Choose one of these: {', '.join(f'format={one}' for one in BATCH_LABELS)}."
        },
    )

    def __init__(self, query: QueryDict) -> None:
        data = query.copy()
        data.setdefault("format", ExportFormat.CSV.value)
        super().__init__(data, use_required_attribute=False)

    @property
    def export_format(self) -> ExportFormat:
        """The chosen format."""
        return ExportFormat(self.cleaned_data["format"])

    @property
    def parameters(self) -> dict[str, Any]:
        """The choices of rows as plain values, from which `rows_wanted_of` reads them again."""
        return {name: value for name, value in self.cleaned_data.items() if name != "format" and value}

    @property
    def wanted(self) -> RowsWanted:
        """The chosen rows."""
        return rows_wanted_of(self.parameters)

    @property
    def query(self) -> str:
        """The choices as the query of an address."""
        return urlencode({"format": self.export_format, **self.parameters}, safe=",")


def rows_wanted_of(parameters: Mapping[str, Any]) -> RowsWanted:
    """The rows of a batch that checked choices mean."""
    truth = parameters.get("has_ground_truth", "")
    return RowsWanted(_grid(parameters, truth=truth), read_numbers(parameters.get("rows", "")))


def _grid(parameters: Mapping[str, Any], truth: str = "") -> Ask:
    search, site, tag = (str(parameters.get(name, "")) for name in ("search", "site", "tag"))
    return Ask(search=search, site=site, tag=tag, truth=truth)


def _no_column(names: Sequence[str]) -> str:
    """What is said about a column that is none of these, as a pattern for its name."""
    known = ", ".join(names).replace("%", "%%") or "none"
    return f"There is no column “%(value)s” here. There are: {known}."


def wanted_of(parameters: Mapping[str, Any]) -> Wanted:
    """The columns and rows that checked choices mean."""
    truth, outcome = parameters.get("has_ground_truth", ""), parameters.get("outcome", ())
    return Wanted(
        frozenset(map(Group, parameters.get("columns", []))) or USUAL,
        tuple(parameters.get("status", ())),
        tuple(parameters.get("evaluation_result", ())),
        None if truth == "" else truth == "yes",
        parameters.get("accuracy_min"),
        parameters.get("accuracy_max"),
        tuple(parameters.get("error_code", ())),
        outcomes=(outcome,) if isinstance(outcome, str) else tuple(outcome),  # one word in exports of older times
        column=parameters.get("column", ""),
        only=frozenset(parameters.get("only", ())),
        grid=_grid(parameters),
        rows=read_numbers(parameters.get("rows", "")),
    )


def _with_usual(query: QueryDict, names: Sequence[str]) -> QueryDict:
    """The query with lists taken apart at their commas, and with the usual columns and format where none is named.

    Among `only` what is one of the `names` is left whole, whatever commas it holds.
    """
    data = query.copy()
    for name in WORDS:
        data.setlist(name, _apart(query.getlist(name)))
    only = [[value] if value in names else _apart([value]) for value in query.getlist("only")]
    data.setlist("only", list(dict.fromkeys(name for part in only for name in part)))
    if not data.getlist("columns"):
        data.setlist("columns", [group.value for group in Group if group in USUAL])
    data.setdefault("format", ExportFormat.CSV.value)
    return data


def _apart(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(part.strip() for value in values for part in value.split(",") if part.strip()))
