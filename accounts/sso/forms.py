"""Forms about an organization's own sign-in."""

from __future__ import annotations

from django import forms

from accounts.models import Role

JOINING = [
    ("", "Only people who were invited"),
    (Role.VIEWER.value, "Everybody of a confirmed domain, as viewer"),
    (Role.MEMBER.value, "Everybody of a confirmed domain, as member"),
]


class ProviderForm(forms.Form):
    """What every provider has."""

    name = forms.CharField(max_length=40, label="Name", help_text="Stands on the button: “Continue with …”.")
    joins_as = forms.ChoiceField(
        choices=JOINING,
        required=False,
        label="Who gets an account at the first sign-in",
        help_text="People who have an account here already are invited, and connect it themselves.",
    )


class OpenIDForm(ProviderForm):
    """A provider that speaks OpenID Connect."""

    issuer = forms.CharField(
        max_length=500,
        label="Issuer",
        help_text="The address by which the provider calls itself; its configuration stands below it.",
        widget=forms.URLInput(attrs={"placeholder": "https://id.example.com", "spellcheck": "false"}),
    )
    client_id = forms.CharField(
        max_length=191, label="Client ID", widget=forms.TextInput(attrs={"spellcheck": "false"})
    )
    client_secret = forms.CharField(
        max_length=500,
        required=False,
        label="Client secret",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted and never shown again. Empty: the one that is kept stays.",
    )
    field_order = ["name", "issuer", "client_id", "client_secret", "joins_as"]


class SamlForm(ProviderForm):
    """A provider that speaks SAML."""

    metadata_url = forms.CharField(
        max_length=1000,
        required=False,
        label="Address of its metadata",
        widget=forms.URLInput(attrs={"placeholder": "https://id.example.com/metadata", "spellcheck": "false"}),
        help_text="Read now and every six hours, so that a new certificate is known in time.",
    )
    metadata = forms.CharField(
        max_length=200_000,
        required=False,
        label="Or the metadata themselves",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="The XML that the provider offers for download.",
    )
    field_order = ["name", "metadata_url", "metadata", "joins_as"]

    def clean(self) -> dict[str, object]:
        """One of the two is needed."""
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("metadata_url") or cleaned.get("metadata")):
            self.add_error("metadata_url", "Give the address of the metadata, or paste them below.")
        return cleaned


class DomainForm(forms.Form):
    """A domain of e-mail addresses."""

    domain = forms.CharField(
        max_length=253,
        label="Domain",
        widget=forms.TextInput(attrs={"placeholder": "example.com", "spellcheck": "false", "autocapitalize": "none"}),
    )


class AddressForm(forms.Form):
    """Who wants to sign in by the provider of their organization."""

    email = forms.EmailField(
        label="Your e-mail address at work", widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
