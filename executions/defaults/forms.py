"""The form about what runs begin with."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from executions.costs.prices import currency
from executions.credentials.availability import usable_agents
from executions.limits_form import LimitsForm


class DefaultsForm(LimitsForm):
    """Agent and limits, as the form for a new run asks for them."""

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
