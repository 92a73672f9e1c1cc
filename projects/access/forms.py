"""Forms about who sees a project."""

from __future__ import annotations

from django import forms

from projects.models import Level


class AccessForm(forms.Form):
    """Somebody's address, and what they may do."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="Of a member or a guest. Anybody else is invited as a guest, who sees nothing but this project.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    level = forms.ChoiceField(
        label="May",
        choices=[(Level.VIEW.value, "View: see and export"), (Level.WORK.value, "Work: also edit and run")],
        initial=Level.VIEW.value,
        widget=forms.RadioSelect,
    )
