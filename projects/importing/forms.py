"""The forms of an import: the file, how it is read, what its columns are, and the batch's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from projects.forms import NamedForm
from projects.importing.parse.dialect import ENCODING_NAMES
from projects.models.column import ROLES, TYPES

MAX_PASTED = 2_000_000

DELIMITERS = [
    (",", "Comma"),
    (";", "Semicolon"),
    ("tab", "Tab"),
    ("|", "Vertical bar"),
    (" ", "Space"),
    (":", "Colon"),
    ("~", "Tilde"),
    ("&", "Ampersand"),
    ("^", "Caret"),
    ("", "None: one column"),
]
# The fields of columns and name stand all over the page; this is the form that they belong to.
FORM = "decide"
PARTS = ("name", "role", "type")
QUOTES = [('"', 'Double quotes "'), ("'", "Single quotes '"), ("", "None")]


class UploadForm(forms.Form):
    """A file, or pasted addresses."""

    file = forms.FileField(
        label="File",
        required=False,
        allow_empty_file=True,
        max_length=255,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.json,.jsonl"}),
        help_text="CSV, TSV or an Excel workbook (.xlsx) with a header line. Drop it here, or choose it.",
    )
    text = forms.CharField(
        label="Or paste addresses",
        required=False,
        max_length=MAX_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mn-mono", "spellcheck": "false"}),
        help_text="One a line, or cells copied from a spreadsheet together with their header.",
    )

    def clean(self) -> dict[str, Any]:
        """Accept either, not both and not none."""
        cleaned = super().clean() or {}
        if not self.errors:
            if cleaned.get("file") and cleaned["text"].strip():
                self.add_error("text", "Choose a file or paste addresses, not both.")
            elif not cleaned.get("file") and not cleaned["text"].strip():
                self.add_error("file", "Choose a file, or paste addresses below.")
        return cleaned


class ReadingForm(forms.Form):
    """How a text file is read, where the detection was wrong."""

    encoding = forms.ChoiceField(choices=list(ENCODING_NAMES.items()))
    delimiter = forms.ChoiceField(choices=DELIMITERS, required=False)
    quote = forms.ChoiceField(choices=QUOTES, required=False)
    header = forms.BooleanField(label="The first line has the names of the columns", required=False)

    @classmethod
    def showing(cls, reading: Mapping[str, Any]) -> ReadingForm:
        """The form filled with how a file is read now."""
        delimiter = reading.get("delimiter", "")
        return cls(initial={**reading, "delimiter": "tab" if delimiter == "\t" else delimiter})

    def reading(self) -> dict[str, Any]:
        """What was chosen."""
        chosen = dict(self.cleaned_data)
        if chosen["delimiter"] == "tab":
            chosen["delimiter"] = "\t"
        return chosen


class SheetForm(forms.Form):
    """How a workbook is read."""

    sheet = forms.CharField(max_length=100, help_text="The name of the sheet, as its tab shows it.")
    header = forms.BooleanField(label="The first line has the names of the columns", required=False)

    def reading(self) -> dict[str, Any]:
        """What was chosen."""
        return dict(self.cleaned_data)


class ColumnsForm(forms.Form):
    """Name, role and type of every column."""

    def __init__(self, columns: Sequence[Mapping[str, Any]], data: Any = None) -> None:
        super().__init__(data)
        self.columns = columns
        for column in columns:
            index, header = column["index"], column["header"] or column["name"]
            self.fields[f"name-{index}"] = _small(
                forms.CharField(max_length=200, initial=column["name"]), f"Name of {header}"
            )
            self.fields[f"role-{index}"] = _small(
                forms.ChoiceField(choices=ROLES, initial=column["role"]), f"Role of {header}"
            )
            self.fields[f"type-{index}"] = _small(
                forms.ChoiceField(choices=TYPES, initial=column["type"]), f"Type of {header}"
            )

    def chosen(self) -> list[dict[str, Any]]:
        """What was chosen for each column."""
        return [
            {"index": column["index"], **{part: self.cleaned_data[f"{part}-{column['index']}"] for part in PARTS}}
            for column in self.columns
        ]

    def differs(self) -> bool:
        """Whether anything was chosen differently from what the columns have now."""
        return any(
            choice[part] != column[part]
            for choice, column in zip(self.chosen(), self.columns, strict=True)
            for part in PARTS
        )


class StartForm(NamedForm):
    """The batch's name, and whether lines with errors are left out."""

    leave_out_errors = forms.BooleanField(required=False)

    def __init__(self, bad_rows: int, data: Any = None, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        lines = "the line with an error" if bad_rows == 1 else f"the {bad_rows:,} lines with errors"
        self.fields["leave_out_errors"].label = f"Leave out {lines}"
        if not bad_rows:
            del self.fields["leave_out_errors"]
        for field in self.fields.values():
            field.widget.attrs["form"] = FORM


def _small(field: forms.Field, label: str) -> forms.Field:
    """A field for the head of a narrow column: its label is read aloud only."""
    kind = "form-select-sm" if isinstance(field, forms.ChoiceField) else "form-control-sm mn-mono"
    field.label = label
    field.widget.attrs.update({"aria-label": label, "class": f"{kind} mb-1", "form": FORM})
    return field
