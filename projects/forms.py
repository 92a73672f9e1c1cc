"""Forms for projects, instructions and batches. Services check the same again, for all who do not come by a form."""

from __future__ import annotations

from typing import Any

from django import forms

from mino.common.values.columns import ColumnType
from mino.common.values.option_table import OptionDescription
from mino.common.values.options import MatchingOptions, options_for
from projects.models import Column
from projects.models.instruction_version import MAX_INSTRUCTIONS, MIN_INSTRUCTIONS
from projects.services.checks import MAX_DESCRIPTION, MAX_NAME

INSTRUCTIONS_HELP = (
    "Say what to find on each page, as you would to a careful colleague. "
    "{{column}} stands for the row’s own value of that column."
)


class NamedForm(forms.Form):
    """A name and what it is about."""

    name = forms.CharField(max_length=MAX_NAME)
    description = forms.CharField(max_length=MAX_DESCRIPTION, required=False, widget=forms.Textarea(attrs={"rows": 2}))


def instructions_field(label: str) -> forms.CharField:
    """A field for the text of instructions."""
    return forms.CharField(
        label=label,
        min_length=MIN_INSTRUCTIONS,
        max_length=MAX_INSTRUCTIONS,
        help_text=INSTRUCTIONS_HELP,
        widget=forms.Textarea(attrs={"rows": 12, "class": "mn-mono", "spellcheck": "true"}),
    )


class ProjectForm(NamedForm):
    """A new project."""

    instructions = instructions_field("Instructions")
    is_private = forms.BooleanField(label="Private: only admins, owners and the people you add see it", required=False)

    def __init__(self, *args: Any, may_hide: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_hide:
            del self.fields["is_private"]


class VersionForm(forms.Form):
    """A new version of the instructions."""

    text = instructions_field("Instructions")
    change_description = forms.CharField(
        label="What changed",
        max_length=MAX_DESCRIPTION,
        required=False,
        help_text="One line that tells this version from the others.",
    )
    set_as_production = forms.BooleanField(label="Use it for production from now on", required=False)


class DeleteForm(forms.Form):
    """Asks to type the name of what is about to be deleted."""

    confirmation = forms.CharField(
        label="Type the name to confirm", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def clean_confirmation(self) -> str:
        """Accept the name only."""
        typed: str = self.cleaned_data["confirmation"]
        if typed.split() != self.name.split():
            raise forms.ValidationError(f"This is not the name. Type “{self.name}”, exactly.", code="name")
        return typed


class OptionsForm(forms.Form):
    """The matching options of one column: the fields are those that apply to its type."""

    def __init__(self, column: Column, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.column = column
        current = column.matching
        for option in options_for(ColumnType(column.type)):
            self.fields[option.name] = _option_field(option)
            self.initial[option.name] = getattr(current, option.name)

    def options(self) -> dict[str, Any]:
        """What was chosen, as `MatchingOptions.from_mapping` reads it; an emptied number means the default."""
        default = MatchingOptions()
        return {name: getattr(default, name) if value is None else value for name, value in self.cleaned_data.items()}


def _option_field(option: OptionDescription) -> forms.Field:
    common: dict[str, Any] = {"label": option.label, "help_text": option.help, "required": False}
    if option.kind == "boolean":
        return forms.BooleanField(**common)
    if option.kind == "number":
        widget = forms.NumberInput(attrs={"step": "any"})
        return forms.DecimalField(min_value=option.minimum, max_value=option.maximum, widget=widget, **common)
    if option.kind == "choice":
        return forms.ChoiceField(choices=option.choices, **{**common, "required": True})
    return forms.CharField(max_length=option.max_length, strip=False, **common)
