"""Forms about an organization."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models.organization import MAX_NAME, MAX_SLUG, SLUG


class SettingsForm(forms.Form):
    """Name and short name."""

    name = forms.CharField(max_length=MAX_NAME)
    slug = forms.CharField(
        max_length=MAX_SLUG,
        label="Short name",
        validators=[SLUG],
        help_text="Stands in the addresses of all pages. Links with the old one lead on, and nobody else can take it.",
        widget=forms.TextInput(
            attrs={"pattern": "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?", "spellcheck": "false", "title": str(SLUG.message)}
        ),
    )


class DeletionForm(forms.Form):
    """Asks to type the name of the organization that is about to be deleted."""

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
