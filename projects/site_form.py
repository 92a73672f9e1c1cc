"""The field in which forms and filters take a site."""

from __future__ import annotations

from django import forms

from projects.row_text import clean_host


class SiteForm(forms.Form):
    """How sites are written."""

    def clean_site(self) -> str:
        """The host as it stands in addresses."""
        site: str = self.cleaned_data["site"]
        try:
            return clean_host(site) if site else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
