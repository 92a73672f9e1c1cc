"""Forms about privacy."""

from __future__ import annotations

from typing import Any

from django import forms


class ErasureForm(forms.Form):
    """Asks to type the address of the account that is about to be erased."""

    confirmation = forms.CharField(
        label="Type your e-mail address to confirm",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
    )

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_confirmation(self) -> str:
        """Accept the address only."""
        typed: str = self.cleaned_data["confirmation"]
        if typed.strip().lower() != self.email.lower():
            raise forms.ValidationError(f"This is not your address. Type “{self.email}”, exactly.", code="email")
        return typed
