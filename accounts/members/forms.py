"""Forms about the people of an organization."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from accounts.models import Role

DESCRIPTIONS = {
    Role.VIEWER: "sees projects and results, and exports them",
    Role.MEMBER: "also makes and edits projects, runs executions and edits the ground truth",
    Role.ADMIN: "also deletes, decides who is in the organization, and sets keys and webhooks",
    Role.OWNER: "also agrees the plan, makes API keys, and can delete the organization",
}


def role_choices(own: str) -> list[tuple[str, str]]:
    """The roles that somebody with the role `own` may give, each with what it means."""
    roles = list(Role) if own == Role.OWNER else [role for role in Role if role != Role.OWNER]
    return [(role.value, f"{role.label}: {DESCRIPTIONS[role]}") for role in roles]


class InviteForm(forms.Form):
    """Addresses to invite, and as what."""

    emails = forms.CharField(
        label="E-mail addresses",
        max_length=20_000,
        help_text="One or several, divided by spaces, commas or lines. Each gets their own link, valid for a week.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, own_role: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            choices=role_choices(own_role), widget=forms.RadioSelect, initial=Role.MEMBER
        )

    def clean_emails(self) -> list[str]:
        """The addresses, divided."""
        return [part for part in re.split(r"[\s,;]+", self.cleaned_data["emails"]) if part]


class RoleForm(forms.Form):
    """Another role for a member."""

    def __init__(self, own_role: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(choices=role_choices(own_role), widget=forms.RadioSelect)
