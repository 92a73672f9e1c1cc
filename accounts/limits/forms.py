"""The form that asks for another plan."""

from __future__ import annotations

from django import forms

from accounts.limits.asking import LONGEST_MESSAGE
from accounts.models import Organization, Plan


class PlanRequestForm(forms.Form):
    """Another plan than the organization has, and why."""

    plan = forms.ChoiceField(widget=forms.RadioSelect)
    message = forms.CharField(
        required=False,
        max_length=LONGEST_MESSAGE,
        label="What you need it for",
        help_text="For the people who decide: how many projects, executions or API requests you expect.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *arguments: object, organization: Organization) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        plan = self.fields["plan"]
        if isinstance(plan, forms.ChoiceField):
            plan.choices = [choice for choice in Plan.choices if choice[0] != organization.plan]
