"""The form about what runs begin with."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from executions.costs.estimating import HIGHEST_TOTAL, SMALLEST
from executions.costs.prices import currency
from executions.credentials.availability import usable_agents
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES
from executions.services.creation import MAX_TIMEOUT


class DefaultsForm(forms.Form):
    """Agent and limits, as the form for a new run asks for them."""

    concurrency = forms.IntegerField(
        min_value=1,
        max_value=MAX_CONCURRENCY,
        initial=5,
        label="Rows at the same time",
        help_text=f"1 to {MAX_CONCURRENCY}. Fewer are kinder to the sites.",
    )
    max_retries = forms.IntegerField(
        min_value=0,
        max_value=MAX_RETRIES,
        initial=3,
        label="Retries of a row",
        help_text=f"0 to {MAX_RETRIES}, after failures that may pass.",
    )
    timeout = forms.IntegerField(
        min_value=1,
        max_value=MAX_TIMEOUT,
        required=False,
        label="Time-out in seconds",
        help_text="For one attempt. Empty: the agent's own.",
    )
    budget = forms.DecimalField(
        min_value=SMALLEST,
        max_value=HIGHEST_TOTAL,
        max_digits=14,
        decimal_places=6,
        required=False,
        help_text="An execution pauses before its agent costs more. Empty: no limit.",
    )

    def __init__(self, organization_id: uuid.UUID, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        agents = [(kind.name, kind.label) for kind in usable_agents(organization_id)]
        chosen = self.initial.get("agent")
        if chosen and chosen not in dict(agents):
            agents.append((chosen, f"{chosen} (no key)"))
        self.fields["agent"] = forms.ChoiceField(
            choices=[("", "The first that can be used"), *agents], required=False, label="Agent"
        )
        self.fields["budget"].label = f"Budget in {currency()}"
        self.order_fields(["agent"])
