"""Forms for webhooks. The services check the same again."""

from __future__ import annotations

from django import forms

from webhooks.events import EVENTS
from webhooks.models.subscription import MAX_DESCRIPTION, MAX_URL

LONGEST_BODY = 400_000
LONGEST_HEADER = 4000


class SubscriptionForm(forms.Form):
    """A webhook: where to, and of what."""

    url = forms.CharField(
        label="Address",
        max_length=MAX_URL,
        help_text="MINO sends POST requests with JSON there. Use https: a signature "
        "proves who sent it, but hides nothing.",
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/hooks/mino", "spellcheck": "false"}),
    )
    description = forms.CharField(
        max_length=MAX_DESCRIPTION, required=False, help_text="What tells it from the others, such as “Price feed”."
    )
    events = forms.MultipleChoiceField(
        choices=[(kind.name, kind.sentence) for kind in EVENTS.values()],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )


class SignatureForm(forms.Form):
    """A call as it arrived, to see whether its signature holds."""

    body = forms.CharField(
        max_length=LONGEST_BODY,
        strip=False,
        help_text="Exactly the bytes that arrived, before anything reads them as JSON.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "mn-mono", "spellcheck": "false"}),
    )
    signature = forms.CharField(label="X-Mino-Signature", max_length=LONGEST_HEADER, required=False)
    webhook_id = forms.CharField(label="webhook-id", max_length=LONGEST_HEADER, required=False)
    webhook_timestamp = forms.CharField(label="webhook-timestamp", max_length=LONGEST_HEADER, required=False)
    webhook_signature = forms.CharField(label="webhook-signature", max_length=LONGEST_HEADER, required=False)
    secret = forms.CharField(
        label="Another secret",
        max_length=200,
        required=False,
        help_text="Leave it empty for this webhook’s own. With a secret given here, the page also shows what your "
        "program should have computed. Nothing is kept.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_body(self) -> str:
        """As it was sent: browsers turn line ends into CRLF, and MINO's bodies have none."""
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")


class ExampleForm(forms.Form):
    """Which event's example to send as a test."""

    event = forms.ChoiceField(choices=[(name, name) for name in EVENTS])
